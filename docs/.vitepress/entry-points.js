/** What the packages publish: each entry point's name, as it is imported, and the file of its source. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGES = resolve(import.meta.dirname, "../../packages");

/** @type {readonly import("./entry-points.js").EntryPoint[]} */
export const entryPoints = readdirSync(PACKAGES)
  .filter((folder) => existsSync(join(PACKAGES, folder, "package.json")))
  .flatMap((folder) => {
    const { name, exports = {} } = JSON.parse(readFileSync(join(PACKAGES, folder, "package.json"), "utf8"));
    return Object.entries(exports).flatMap(([path, target]) => {
      const source = target["@chaingrad/source"];
      if (typeof source !== "string") return [];
      return [{ name: `${name}${path.slice(1)}`, file: join(PACKAGES, folder, source) }];
    });
  });
