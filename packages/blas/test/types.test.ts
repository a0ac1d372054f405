/** The declarations that are published need nothing that is not: a TypeScript project without `@types/node` compiles. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "chaingrad-types-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
import { type Blas, BlasError, findBlas, installHint } from "@chaingrad/blas";
import { wasmEngine } from "@chaingrad/core";
const gemm: Blas | undefined = await findBlas({ cache: null }, (why: string) => {});
export const engine = await wasmEngine(gemm ? { gemm } : {});
export const text: string = gemm?.name ?? installHint("linux");
export const error: Error = new BlasError(text);
`;

/** What the compiler says of a program in a project that has our packages as they are published, and nothing else. */
function compile(program: string): string {
  for (const name of ["core", "blas"]) {
    const [from, to] = [join(ROOT, "packages", name), join(folder, "node_modules/@chaingrad", name)];
    mkdirSync(to, { recursive: true });
    for (const part of ["package.json", "dist"]) cpSync(join(from, part), join(to, part), { recursive: true });
  }
  const compilerOptions = {
    ...{ target: "es2022", module: "nodenext", strict: true },
    ...{ types: [], noEmit: true, skipLibCheck: false },
  };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  writeFileSync(join(folder, "program.ts"), program);
  return spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder, encoding: "utf8" }).stdout;
}

test("a program that uses every export compiles", () => {
  expect(compile(PROGRAM)).toBe("");
});

test("and what needs Node's types is found out", () => {
  expect(compile(`${PROGRAM}\nexport const bytes: NodeJS.Platform = "linux";`)).toContain("NodeJS");
});
