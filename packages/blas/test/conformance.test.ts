/** The conformance suite with every product computed by the system's library, on one thread and on two. */
import { type GemmProvider, wasmEngine } from "@chaingrad/core";
import { describe, test } from "vitest";
import { conformance } from "../../core/test/conformance/conformance.ts";
import { systemBlas } from "./system.ts";

const blas = await systemBlas();
// Whatever is faster: here it is the library that is tested.
const gemm: GemmProvider | undefined = blas && { ...blas, prefers: () => true };

describe.skipIf(gemm === undefined)("with the system's library", () => {
  test("something is tested", () => {});
  if (gemm === undefined) return;
  for (const threads of [1, 2]) {
    const engine = wasmEngine({ gemm, threads });
    conformance(`${gemm.name}, ${threads} threads`, () => engine, { f32: 2e-6, f64: 1e-13 });
  }
});
