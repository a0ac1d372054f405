/** The README's program runs as it stands, against the build. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { findKernels } from "@chaingrad/native";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

test("the README's program says on what it runs", async () => {
  const cwd = resolve(import.meta.dirname, "..");
  const [[, code], ...others] = readFileSync(resolve(cwd, "README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs);
  expect(others).toEqual([]);
  const program = transformSync(code, { loader: "ts" }).code;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" });
  expect(output).toBe(`${(await findKernels())?.name ?? "wasm"}\n`);
});
