/** The conformance suite with every product computed by one of the system's libraries, on one thread and on two. */
import { wasmEngine } from "@chaingrad/core";
import { describe, test } from "vitest";
import { conformance } from "../../core/test/conformance/conformance.ts";
import { alwaysBy } from "./system.ts";

for (const which of ["a BLAS", "oneDNN"] as const) {
  const gemm = await alwaysBy(which);
  describe.skipIf(gemm === undefined)(`with ${which}`, () => {
    test("something is tested", () => {});
    if (gemm === undefined) return;
    for (const threads of [1, 2]) {
      const engine = wasmEngine({ gemm, threads });
      conformance(`${gemm.name}, ${threads} threads`, () => engine, { f32: 2e-6, f64: 1e-13 });
    }
  });
}
