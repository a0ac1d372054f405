/** Every kind of layer trained with the system's library, against the reference engine. */
import { referenceEngine, wasmEngine } from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import { LAYER_CASES } from "../../core/test/support/layer-cases.ts";
import { distanceOf, trainedOn } from "../../core/test/support/trained.ts";
import { alwaysBy } from "./system.ts";

const gemm = await alwaysBy("a BLAS");

describe.skipIf(gemm === undefined)("with the system's library", () => {
  test.each(LAYER_CASES.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const expected = await trainedOn(referenceEngine, one, "f64");
    for (const threads of [1, 2]) {
      const engine = await wasmEngine({ threads, ...(gemm && { gemm }) });
      expect(distanceOf((await trainedOn(engine, one, "f64")).tensors, expected.tensors)).toBeLessThan(1e-11);
    }
  });
});
