/**
 * Whether a library can be trusted: it must compute small products of whole numbers exactly, with every combination of
 * transposes, in both precisions, whatever the result's memory held before.
 */
import type { Gemm } from "@chaingrad/core";
import type { LinearAlgebra } from "./lapack.ts";

/** Odd sizes and sizes beyond one tile of any library's kernels. */
const SIZES = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 9, 33],
  [64, 48, 70],
] as const;

/**
 * What is wrong with the library's products; undefined when nothing is.
 * @param hasDouble whether it has products in double precision, too
 */
export function distrust(bind: (memory: WebAssembly.Memory) => Gemm, hasDouble: boolean): string | undefined {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
  const gemm = bind(memory);
  for (const wide of hasDouble ? [false, true] : [false]) {
    for (const [m, n, k] of SIZES) {
      for (const flags of [0, 1, 2, 3]) {
        const wrong = tryProduct(gemm, memory, wide, [m, n, k], (flags & 1) !== 0, (flags & 2) !== 0);
        if (wrong !== undefined) return wrong;
      }
    }
  }
  return undefined;
}

/** How far a number may be from what it is rounded to, as a share of it: bf16 has 8 bits of mantissa, if it only cuts off the others. */
const ROUNDING = 2 ** -7;

/** The same of products that round to bf16, which holds those whole numbers; and of other numbers, whose every product is near. */
export function distrustBf16(bind: (memory: WebAssembly.Memory) => Gemm): string | undefined {
  try {
    const wrong = distrust(bind, false);
    if (wrong !== undefined) return `its ${wrong}`;
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
    const gemm = bind(memory);
    for (const [m, n, k] of SIZES) {
      const wrong = tryProduct(gemm, memory, false, [m, n, k], false, true, { scale: 1 / 3, share: 2.01 * ROUNDING });
      if (wrong !== undefined) return `its ${wrong}`;
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What the factors are multiplied by, and how far a sum may be from the right one, as a share of its terms' sizes. */
interface Near {
  readonly scale: number;
  readonly share: number;
}

function tryProduct(
  gemm: Gemm,
  memory: WebAssembly.Memory,
  wide: boolean,
  [m, n, k]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
  { scale, share }: Near = { scale: 1, share: 0 },
): string | undefined {
  const Values = wide ? Float64Array : Float32Array;
  const [a, b, c] = [0, 65536, 131072].map((at, i) => new Values(memory.buffer, at, [m * k, k * n, m * n][i]));
  for (let i = 0; i < a.length; i++) a[i] = scale * (((7 * i) % 11) - 5);
  for (let i = 0; i < b.length; i++) b[i] = scale * (((5 * i) % 13) - 6);
  c.fill(Number.NaN);
  gemm(wide, transposeA, transposeB, m, n, k, 0, transposeA ? m : k, 65536, transposeB ? k : n, 131072, n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let [expected, size] = [0, 0];
      for (let p = 0; p < k; p++) {
        const term = a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j];
        expected += term;
        size += Math.abs(term);
      }
      if (Math.abs(c[i * n + j] - expected) <= share * size) continue;
      const name = `${wide ? "dgemm" : "sgemm"} of ${m}×${k} by ${k}×${n}`;
      return `${name} gives ${c[i * n + j]} where ${expected} is right (row ${i}, column ${j})`;
    }
  }
  return undefined;
}

/** Whether the library's factorisations fail at the second difference, for which the right answers have closed forms. */
export function isWrong(algebra: LinearAlgebra): boolean {
  const n = 40;
  const a = Float64Array.from({ length: n * n }, (_, p) => [2, -1][Math.abs(Math.floor(p / n) - (p % n))] ?? 0);
  const determinant = n + 1;
  const isNear = (x: number, y: number): boolean => Math.abs(x - y) <= 1e-10 * y;
  /** Of a triangle, but for the sign. */
  const product = (triangle: Float64Array): number =>
    triangle.reduce((total, x, p) => (p % (n + 1) === 0 ? total * Math.abs(x) : total), 1);
  const l = a.slice();
  try {
    const { values } = algebra.eigen(a, n);
    const areValues = values.every((x, k) => isNear(x, 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))));
    const isLower = algebra.cholesky(l, n) === -1 && isNear(product(l) ** 2, determinant);
    return !(areValues && isLower && isNear(product(algebra.qr(a, n, n).factor), determinant));
  } catch {
    return true;
  }
}
