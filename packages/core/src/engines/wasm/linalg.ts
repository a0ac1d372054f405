/** The factorisations of `linalg/` by kernels (assembly/linalg/), in a memory of their own, apart from executables. */
import { host } from "#host";
import { roundUp } from "../../compile/memory.ts";
import { type LinearAlgebra, plainLinearAlgebra } from "../../linalg/linear-algebra.ts";
import { diagonalise, type RotateRows } from "../../linalg/ql.ts";
import type { Qr } from "../../linalg/qr.ts";
import { ascending, type SymmetricEigen, scaleOf } from "../../linalg/spectrum.ts";
import { allocate, type KernelModule, PAGE } from "./memory.ts";

/** Addresses, and `row` from one row to the next, in bytes. */
interface LinearAlgebraKernels extends KernelModule {
  readonly choleskyWorkspace: (n: number) => number;
  readonly cholesky: (n: number, a: number, workspace: number) => number;
  readonly qr: (
    ...args: [m: number, n: number, a: number, row: number, tau: number, permutation: number, ...work: number[]]
  ) => void;
  readonly tridiagonalise: (
    ...args: [n: number, a: number, row: number, diagonal: number, beside: number, tau: number, q: number, p: number]
  ) => void;
  readonly accumulate: (n: number, a: number, row: number, tau: number, work: number, strips: number) => void;
  readonly rotate: (n: number, strips: number, sweeps: number, end: number) => void;
}

/** An instance of the kernels; its memory is free from `start` on. */
interface Workshop {
  readonly memory: WebAssembly.Memory;
  readonly kernels: LinearAlgebraKernels;
  readonly start: number;
}

/** Numbers of a place in memory. */
interface Part {
  readonly at: number;
  readonly values: Float64Array;
}

/** Columns of a strip of eigenvectors. */
const STRIP = 8;
/** Numbers that wait for a pass over the eigenvectors: 256 KB, so that they and a strip share the second-level cache. */
const ANGLES = 32768;

/**
 * Factorisations by kernels that are loaded now.
 * @param plain where they cannot be had, plain TypeScript; otherwise Error
 */
export async function openLinearAlgebra(plain: boolean): Promise<LinearAlgebra> {
  try {
    const module = await host.load("linalg");
    return new WasmLinearAlgebra((bytes) => openWorkshop(module, bytes));
  } catch (error) {
    if (plain) return plainLinearAlgebra;
    throw error;
  }
}

/** The kernels' own constants take less than a page. */
function openWorkshop(module: WebAssembly.Module, bytes: number): Workshop {
  const memory = allocate(PAGE + bytes, "linear algebra", false);
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as LinearAlgebraKernels;
  return { memory, kernels, start: roundUp(Number(kernels.heapBase.value)) };
}

class WasmLinearAlgebra implements LinearAlgebra {
  readonly name = "wasm";
  readonly #open: (bytes: number) => Workshop;
  #workshop: Workshop | undefined;
  /** Of each memory that `square` gave: who factorises in it. */
  readonly #rooms = new WeakMap<ArrayBufferLike, (n: number, at: number) => number>();

  /** @param open makes an instance with so much free memory, or throws RangeError */
  constructor(open: (bytes: number) => Workshop) {
    this.#open = open;
  }

  /** Kernels with room for parts of so many numbers: a new instance where the present one is too small. */
  #reserve(...counts: readonly number[]): { kernels: LinearAlgebraKernels; parts: Part[] } {
    // Each part begins on a cache line.
    const bytes = counts.map((count) => 64 * Math.ceil(count / 8));
    const total = bytes.reduce((sum, size) => sum + size, 0);
    let workshop = this.#workshop;
    if (workshop === undefined || workshop.start + total > workshop.memory.buffer.byteLength) {
      this.#workshop = undefined; // so that the old memory may go before the new one comes
      workshop = this.#open(total);
      this.#workshop = workshop;
    }
    const { memory, kernels, start } = workshop;
    let end = start;
    const parts = counts.map((count, i) => {
      end += bytes[i];
      return { at: end - bytes[i], values: new Float64Array(memory.buffer, end - bytes[i], count) };
    });
    return { kernels, parts };
  }

  square(n: number): Float64Array {
    const bytes = 64 * Math.ceil((n * n) / 8);
    const { choleskyWorkspace } = this.#reserve().kernels;
    const { memory, kernels, start } = this.#open(bytes + choleskyWorkspace(n));
    this.#rooms.set(memory.buffer, (size, at) => kernels.cholesky(size, at, start + bytes));
    return new Float64Array(memory.buffer, start, n * n);
  }

  cholesky(a: Float64Array, n: number): number {
    const own = this.#rooms.get(a.buffer);
    if (own && a.length >= n * n) return own(n, a.byteOffset);
    const workspace = this.#reserve().kernels.choleskyWorkspace(n) / 8;
    const { kernels, parts } = this.#reserve(n * n, workspace);
    const [matrix, work] = parts;
    matrix.values.set(a.subarray(0, n * n));
    const failed = kernels.cholesky(n, matrix.at, work.at);
    a.set(matrix.values);
    return failed;
  }

  qr(a: Float64Array, m: number, n: number): Qr {
    // The kernel goes by two columns, so there is one more, of zeros.
    const row = n + 1;
    const steps = Math.min(m, n);
    const { kernels, parts } = this.#reserve(m * row, steps, Math.ceil(n / 2), 2 * n, row, row);
    const [matrix, tau, order, lengths, w, next] = parts;
    for (const { values } of [matrix, w, next]) values.fill(0);
    for (let i = 0; i < m; i++) matrix.values.set(a.subarray(i * n, i * n + n), i * row);
    const permutation = new Int32Array(order.values.buffer, order.at, n);
    for (let j = 0; j < n; j++) permutation[j] = j;
    kernels.qr(m, n, matrix.at, 8 * row, tau.at, order.at, lengths.at, w.at, next.at);
    const factor = new Float64Array(m * n);
    for (let i = 0; i < m; i++) factor.set(matrix.values.subarray(i * row, i * row + n), i * n);
    return { m, n, factor, tau: tau.values.slice(), permutation: permutation.slice() };
  }

  eigen(a: Float64Array, n: number): SymmetricEigen {
    const scale = scaleOf(a, n);
    const width = STRIP * Math.ceil(n / STRIP);
    // Room for one zero after a row, and an odd number of cache lines, which spreads rows over the sets of the caches.
    const row = 8 * (((n >> 3) + 1) | 1);
    const angles = Math.max(ANGLES, 2 * n + 2);
    const { kernels, parts } = this.#reserve(n * row, n, n, n, n + 1, n + 1, 4 * row, n * width, angles);
    const [matrix, diagonal, beside, tau, q, p, work, strips, sweeps] = parts;
    for (const { values } of [matrix, beside, q]) values.fill(0);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix.values[i * row + j] = a[i * n + j] / scale;
    if (n > 0) kernels.tridiagonalise(n, matrix.at, 8 * row, diagonal.at, beside.at, tau.at, q.at, p.at);
    kernels.accumulate(n, matrix.at, 8 * row, tau.at, work.at, strips.at);

    let end = 0;
    const flush = (): void => {
      kernels.rotate(n, strips.at, sweeps.at, sweeps.at + 8 * end);
      end = 0;
    };
    diagonalise({ diagonal: diagonal.values, beside: beside.values }, (low, high, c, s) => {
      if (end + 2 + 2 * (high - low) > angles) flush();
      end = append(sweeps.values, end, low, high, c, s);
    });
    flush();
    return ascending(diagonal.values, scale, (k, to) => {
      for (let j = 0; j < n; j++) to[j] = strips.values[n * (j & -STRIP) + STRIP * k + (j & (STRIP - 1))];
    });
  }
}

/** A sweep as the kernel reads it. Returns where it ends. */
function append(words: Float64Array, end: number, ...[low, high, c, s]: Parameters<RotateRows>): number {
  words[end++] = low;
  words[end++] = high;
  for (let i = high - 1; i >= low; i--) {
    words[end++] = c[i];
    words[end++] = s[i];
  }
  return end;
}
