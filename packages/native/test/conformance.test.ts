/** The conformance suite on the native kernels: alone, with every product by a library of the system's, on one thread and on two. */
import { wasmEngine } from "@chaingrad/core";
import { findKernels } from "@chaingrad/native";
import { describe, expect, test } from "vitest";
import { alwaysBy } from "../../blas/test/system.ts";
import { conformance } from "../../core/test/conformance/conformance.ts";

/** As far as this machine has them: the widest alone, and with libraries. */
const WAYS = [
  { processor: "FMA" },
  { processor: "AVX2" },
  { processor: "AVX-512" },
  { library: "a BLAS" },
  { library: "oneDNN" },
] as const;

test("there are native kernels, or no compiler", async () => {
  if (process.env.CI) expect(await findKernels()).toBeDefined();
});

for (const way of WAYS) {
  const kernels = await findKernels("processor" in way ? way : {}).catch(() => undefined);
  const gemm = "library" in way ? await alwaysBy(way.library) : undefined;
  describe.skipIf(kernels === undefined || ("library" in way && gemm === undefined))(JSON.stringify(way), () => {
    test("something is tested", () => {});
    if (kernels === undefined) return;
    for (const threads of [1, 2]) {
      const engine = wasmEngine({ kernels, ...(gemm && { gemm }), threads });
      conformance(`${kernels.name}, ${gemm?.name ?? "alone"}, ${threads} threads`, () => engine, {
        f32: 2e-6,
        f64: 1e-13,
      });
    }
  });
}
