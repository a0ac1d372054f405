/** A program on the installed packages compiles under every resolution; core, tables and view without Node's types. */
import { existsSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, inject, test } from "vitest";
import { run } from "./support/node.ts";
import { LEARN, project, READ } from "./support/program.ts";

const TSC = resolve(import.meta.dirname, "../../node_modules/typescript/bin/tsc");

const ANYWHERE = `${LEARN}
import { wasmEngine } from "@chaingrad/core";
import { explainNet } from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { derivationPage } from "@chaingrad/view/derivation";
const derivation = explainNet(exampleNetwork, exampleNetwork.tensors, exampleBatch);
export const page: string = derivationPage(derivation, { title: ["A"], language: "en", digits: 4 });
export const engine = wasmEngine({ threads: 1 });
`;
const IN_NODE = `
import { readFileSync } from "node:fs";
import { findBlas } from "@chaingrad/blas";
import { readTable } from "@chaingrad/duckdb";
import { emit } from "@chaingrad/interchange/emit";
import { exampleNetwork } from "@chaingrad/core/net";
export const table = await readTable("cars.csv");
export const blas = await findBlas();
export const text: string = emit(exampleNetwork, "python", "forward") + readFileSync("x", "utf8");
`;

test.each([
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
])("under %s", async (moduleResolution, module) => {
  const common = { module, moduleResolution, target: "es2022", strict: true, skipLibCheck: false, noEmit: true };
  const config = (lib: string[], types: string[], ...files: string[]) =>
    JSON.stringify({ compilerOptions: { ...common, lib, types }, files });
  const folder = project({
    "package.json": `{ "type": "module" }`,
    "anywhere.ts": ANYWHERE,
    "read.ts": READ,
    "in-node.ts": IN_NODE,
    "anywhere.json": config(["es2022", "dom"], [], "anywhere.ts", "read.ts"),
    "in-node.json": config(["es2023", "dom"], ["node"], "in-node.ts"),
  });
  expect(existsSync(join(inject("installed"), "node_modules/@types"))).toBe(false);
  await run(process.execPath, [TSC, "-p", "anywhere.json"], { cwd: folder }).catch(({ stdout }) =>
    expect(stdout).toBe(""),
  );
  const types = join(folder, "node_modules/@types");
  await run("mkdir", ["-p", types]);
  for (const name of ["node", "../undici-types"]) {
    const there = resolve(TSC, "../../../@types", name);
    if (existsSync(there)) symlinkSync(there, join(types, name));
  }
  await run(process.execPath, [TSC, "-p", "in-node.json"], { cwd: folder }).catch(({ stdout }) =>
    expect(stdout).toBe(""),
  );
});
