/** The prebuilt kernels in Node: read from the file beside the build. */
import { readFile } from "node:fs/promises";
import { kernelsFile } from "./relaxed.ts";

/** Compiled once, for every engine of the process. The path is the same from src/ and from dist/. */
let module: Promise<WebAssembly.Module> | undefined;

export function loadKernels(): Promise<WebAssembly.Module> {
  module ??= readFile(new URL(`../../../dist/${kernelsFile()}`, import.meta.url)).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  return module;
}
