/**
 * Compiles the kernels for this machine's kind into dist/<platform>-<arch>.so, where a C++ compiler is found: the code for each kind of
 * processor on its own, and which is run is decided at run time. Whoever publishes runs it on each platform; nobody who installs does.
 * Nothing is compiled when nothing has changed. CXX names another compiler than c++.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { CXX: compiler = "c++" } = process.env;

/** The instruction set is TypeScript, which two other compilers read as it is. */
const OPCODES = ["engines/wasm/opcodes.ts", "graph/elementwise-kernels.ts"].map((file) => at(`../core/src/${file}`));
const X86 = {
  // Half as wide as need be: what other processors than these run, so that tests meet it here.
  plain: ["-mavx", "-mfma"],
  avx2: ["-mavx2", "-mfma"],
  avx512: ["-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl"],
};
const KINDS = process.arch === "x64" ? X86 : { plain: [] };
/** Every operation rounds on its own, as the plan says: nothing is contracted but by name. */
const FLAGS = [
  ...["-std=c++17", "-O3", "-fPIC", "-fno-math-errno", "-ffp-contract=off", "-fno-trapping-math"],
  // The compiler's own header of AVX-512 begins with vectors that it has not set.
  ...["-Wall", "-Wextra", "-Werror", "-Wno-psabi", "-Wno-maybe-uninitialized", "-Wno-uninitialized"],
];

function opcodes() {
  const text = OPCODES.map((file) => readFileSync(file, "utf8")).join("\n");
  const lines = [...text.matchAll(/^export const (\w+) = (-?\d+);/gm)].map(
    ([, name, value]) => `constexpr int ${name} = ${value};`,
  );
  return ["#pragma once", ...lines, ""].join("\n");
}

const newest = (files) => Math.max(...files.map((file) => statSync(file).mtimeMs));
const ageOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

async function build() {
  const kernels = at("kernels");
  const library = at(`dist/${process.platform}-${process.arch}.so`);
  const sources = readdirSync(kernels).map((file) => join(kernels, file));
  if (ageOf(library) > newest([...sources, ...OPCODES, at("build.js")])) return;
  const objects = at("dist/objects");
  mkdirSync(objects, { recursive: true });
  writeFileSync(join(objects, "opcodes.hpp"), opcodes());
  const compile = (source, name, flags) => {
    const object = join(objects, `${name}.o`);
    const what = ["-I", kernels, "-I", objects, "-c", join(kernels, source), "-o", object];
    return run(compiler, [...FLAGS, ...flags, ...what]).then(() => object);
  };
  const all = await Promise.all([
    ...Object.entries(KINDS).map(([name, flags]) => compile("kernels.cpp", name, [...flags, `-DNAMESPACE=${name}`])),
    compile("library.cpp", "library", []),
  ]);
  const own = process.platform === "linux" ? ["-static-libgcc", "-static-libstdc++", "-s", "-ldl"] : [];
  await run(compiler, ["-shared", ...all, ...own, "-o", `${library}.new`]);
  renameSync(`${library}.new`, library);
}

if (process.platform === "win32") {
  console.log("no native kernels: on Windows the embedded ones are used");
} else {
  try {
    await build();
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    console.log(
      `no native kernels: there is no C++ compiler '${compiler}' (Debian: apt install g++); the embedded ones are used`,
    );
  }
}
