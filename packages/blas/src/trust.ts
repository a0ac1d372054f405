/**
 * Whether a library can be trusted: it must compute small products of whole numbers exactly, with every combination of
 * transposes, in both precisions, whatever the result's memory held before.
 */
import type { Gemm } from "@chaingrad/core";

/** Odd sizes and sizes beyond one tile of any library's kernels. */
const SIZES = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 9, 33],
  [64, 48, 70],
] as const;

/** What is wrong with the library's products; undefined when nothing is. */
export function distrust(bind: (memory: WebAssembly.Memory) => Gemm): string | undefined {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
  const gemm = bind(memory);
  for (const wide of [false, true]) {
    for (const [m, n, k] of SIZES) {
      for (const flags of [0, 1, 2, 3]) {
        const wrong = tryProduct(gemm, memory, wide, [m, n, k], (flags & 1) !== 0, (flags & 2) !== 0);
        if (wrong !== undefined) return wrong;
      }
    }
  }
  return undefined;
}

function tryProduct(
  gemm: Gemm,
  memory: WebAssembly.Memory,
  wide: boolean,
  [m, n, k]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): string | undefined {
  const [Values, size] = wide ? [Float64Array, 8] : [Float32Array, 4];
  const [a, b, c] = [0, 65536, 131072].map((at, i) => new Values(memory.buffer, at, [m * k, k * n, m * n][i]));
  for (let i = 0; i < a.length; i++) a[i] = ((7 * i) % 11) - 5;
  for (let i = 0; i < b.length; i++) b[i] = ((5 * i) % 13) - 6;
  c.fill(Number.NaN);
  gemm(wide, transposeA, transposeB, m, n, k, 0, transposeA ? m : k, 65536, transposeB ? k : n, 131072, n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let expected = 0;
      for (let p = 0; p < k; p++)
        expected += a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j];
      if (c[i * n + j] === expected) continue;
      const name = `${size === 8 ? "dgemm" : "sgemm"} of ${m}×${k} by ${k}×${n}`;
      return `${name} gives ${c[i * n + j]} where ${expected} is right (row ${i}, column ${j})`;
    }
  }
  return undefined;
}
