/**
 * The packages as they would be published, in an empty folder, once for all tests of a run: packed by npm, each tarball
 * unpacked where npm would put it, its command linked. Of third parties only what a package declares is there, linked from
 * this repository, so that nothing is fetched and a dependency that was forgotten is not found.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder with all packages. */
    readonly installed: string;
  }
}

const ROOT = resolve(import.meta.dirname, "../../..");

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) symlinkSync(target, path);
}

function pack(into: string): string[] {
  const flags = ["--json", "--offline", "--no-update-notifier", "--ignore-scripts", "--pack-destination", into];
  const workspaces = readdirSync(join(ROOT, "packages")).flatMap((folder) => ["--workspace", `packages/${folder}`]);
  execFileSync("npm", ["pack", ...workspaces, ...flags], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  return readdirSync(into).filter((name) => name.endsWith(".tgz"));
}

/** Throws where a package wants another version of a third party than this repository has. */
function install(modules: string, tarball: string): void {
  const folder = mkdtempSync(join(dirname(modules), "unpacked-"));
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  const { name, bin = {}, dependencies = {} } = read(folder);
  const place = join(modules, name);
  mkdirSync(dirname(place), { recursive: true });
  execFileSync("mv", [folder, place]);
  for (const [command, file] of Object.entries(bin)) {
    chmodSync(join(place, file), 0o755);
    link(join(place, file), join(modules, ".bin", command));
  }
  for (const [other, version] of Object.entries(dependencies)) {
    if (/^(?:@chaingrad\/|chaingrad$)/.test(other)) continue;
    const here = join(ROOT, "node_modules", other);
    if (read(here).version !== version)
      throw new Error(`${name} wants ${other} ${version}, but ${read(here).version} is installed: run npm ci`);
    linkWithAll(modules, other);
  }
}

/** Links a third party and all that it needs, side by side as npm lays them out. */
function linkWithAll(modules: string, name: string): void {
  const here = join(ROOT, "node_modules", name);
  if (!existsSync(here) || existsSync(join(modules, name))) return; // of another platform, or there already
  link(here, join(modules, name));
  const { dependencies, optionalDependencies } = read(here);
  for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) linkWithAll(modules, other);
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "chaingrad-packed-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  const tarballs = mkdtempSync(join(folder, "tarballs-"));
  for (const tarball of pack(tarballs)) install(join(folder, "node_modules"), join(tarballs, tarball));
  provide("installed", folder);
  return () => rmSync(folder, { recursive: true });
}
