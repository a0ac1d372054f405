/** The README's program runs as it stands, against the build. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

test("the README's program serves a model", () => {
  const cwd = resolve(import.meta.dirname, "..");
  const [[, code], ...others] = readFileSync(join(cwd, "README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs);
  expect(others).toEqual([]);
  const folder = mkdtempSync(join(tmpdir(), "serve-readme-"));
  // Imports are resolved before the program goes to another folder.
  const program = `process.chdir(${JSON.stringify(folder)});\n${transformSync(code, { loader: "ts" }).code}`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(output).toMatch(/^\{ predictions: \[ \{ y: [\d.]+ \} \], notes: \[\] \}\n$/);
});
