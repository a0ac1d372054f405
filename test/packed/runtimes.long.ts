/** The README's eight lines under Deno and Bun, whose binaries npm carries (test/runtimes has them, apart from the rest). */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { learnInNode, run } from "./support/node.ts";
import { LEARN_JS, project } from "./support/program.ts";

const RUNTIMES = resolve(import.meta.dirname, "../runtimes");

/** The binary of this platform, which lies in a package of its own. */
function binary(scope: string, file: string): string {
  const folder = join(RUNTIMES, "node_modules", scope);
  const found = readdirSync(folder)
    .map((name) => join(folder, name, file))
    .find(existsSync);
  if (found === undefined) throw new Error(`${scope} has no binary for this machine`);
  return found;
}

let inNode: string;
beforeAll(async () => {
  if (!existsSync(join(RUNTIMES, "node_modules")))
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: RUNTIMES, stdio: "ignore" });
  inNode = await learnInNode();
}, 300_000);

test.each([
  ["Deno", "@deno", "deno", ["run", "--allow-read", "--allow-env", "--allow-sys", "--node-modules-dir=manual"]],
  ["Bun", "@oven", "bin/bun", ["run"]],
] as const)(
  "under %s",
  async (name, scope, file, options) => {
    const cwd = project({
      "package.json": `{ "type": "module" }`,
      "main.js": `${LEARN_JS}\nconsole.log(await learn());`,
    });
    const { stdout } = await run(binary(scope, file), [...options, "main.js"], { cwd });
    const [price, bytes] = JSON.parse(stdout);
    const [ownPrice, ownBytes] = JSON.parse(inNode);
    // Bun's engine (JavaScriptCore) has no relaxed SIMD: it rounds products and sums apart, as `kernels.wasm` does anywhere.
    if (name === "Deno") expect([price, bytes]).toEqual([ownPrice, ownBytes]);
    expect(price / ownPrice).toBeCloseTo(1, 2);
    expect(bytes.length).toBe(ownBytes.length);
  },
  60_000,
);
