/** Where the kernels come from: an edge worker hands in a module and nothing is read, fetched or compiled. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { evaluate } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { program } from "../../src/graph/program.ts";
import { mul } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const x = input("x", [3], "f32");
const doubled = program("doubled", [x], { y: mul(x, 2) });

test("a module that is handed in is all that is needed", async () => {
  const module = new WebAssembly.Module(readFileSync(resolve(import.meta.dirname, "../../dist/kernels.wasm")));
  const used = [
    vi.spyOn(WebAssembly, "compile"),
    vi.spyOn(WebAssembly, "instantiate"),
    vi.spyOn(WebAssembly, "compileStreaming"),
    vi.spyOn(globalThis, "fetch"),
  ];
  const engine = await wasmEngine({ module });
  expect([...evaluate(engine, doubled, { x: [1, 2, 3] }).y]).toEqual([2, 4, 6]);
  for (const spy of used) expect(spy).not.toHaveBeenCalled();
});

test.each(["kernels", "kernels.shared"])(
  "%s asks the host for memory, for products by a library and for ops of one's own",
  async (name) => {
    const module = new WebAssembly.Module(readFileSync(resolve(import.meta.dirname, `../../dist/${name}.wasm`)));
    const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);
    expect(WebAssembly.Module.imports(module).sort(byName)).toEqual([
      { module: "env", name: "call", kind: "function" },
      { module: "env", name: "gemm", kind: "function" },
      { module: "env", name: "memory", kind: "memory" },
    ]);
  },
);

test("threads that the host cannot have are refused", async () => {
  const module = new WebAssembly.Module(readFileSync(resolve(import.meta.dirname, "../../dist/kernels.wasm")));
  await expect(wasmEngine({ threads: 0 })).rejects.toThrow(/threads must be a whole number from 1 to \d+, got 0/);
  await expect(wasmEngine({ threads: 1.5 })).rejects.toThrow(RangeError);
  await expect(wasmEngine({ module, threads: 2 })).rejects.toThrow(/passed as a module run on one thread/);
});
