/** A library stays as it was told to be, whatever the garbage collector takes away. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { systemBlas } from "./system.ts";

const blas = await systemBlas();

/** What the library computes, and on how many threads, before memory was collected and after it. */
const CODE = `
  import { findBlas } from "@chaingrad/blas";
  import { wasmEngine } from "@chaingrad/core";
  import koffi from "koffi";
  const { path, library } = await findBlas({ cache: null });
  const collect = async () => {
    for (let i = 0; i < 4; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
  };
  const threads = () => library === "OpenBLAS" ? koffi.load(path).func("int openblas_get_num_threads()")() : 1;
  const n = 300;
  const matrix = Float64Array.from({ length: n * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    return (i === j ? n : 0) + Math.cos(Math.min(i, j) * 7.3 + Math.max(i, j) * 1.7);
  });
  const bits = async () => {
    const gemm = { ...(await findBlas({ cache: null })), prefers: () => true };
    const { linearAlgebra } = await wasmEngine({ threads: 1, gemm });
    const lower = matrix.slice();
    linearAlgebra.cholesky(lower, n);
    const { factor } = linearAlgebra.qr(matrix.slice(), n, n);
    const { values } = linearAlgebra.eigen(matrix.slice(), n);
    return [lower, factor, values].map((numbers) => Buffer.from(numbers.buffer).toString("base64"));
  };
  const first = { bits: await bits(), threads: threads() };
  await collect();
  const after = threads();
  const second = { bits: await bits(), threads: after };
  console.log(JSON.stringify({ equal: first.bits.map((text, i) => text === second.bits[i]), threads: [first.threads, second.threads] }));
`;

test.skipIf(blas === undefined)("it runs on one thread and gives the same bits after a collection", () => {
  const output = execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "--eval", CODE], {
    cwd: resolve(import.meta.dirname, ".."),
  });
  expect(JSON.parse(String(output))).toEqual({ equal: [true, true, true], threads: [1, 1] });
});
