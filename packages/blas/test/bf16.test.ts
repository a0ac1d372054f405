/** Products of bf16: as if factors were rounded and sums were not, in plans and in training, refused where they are not to be had. */
import {
  fit,
  input,
  matmul,
  type NetworkSpec,
  optimizers,
  program,
  referenceEngine,
  type SyncEngine,
  transpose,
  wasmEngine,
} from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import { roundedToBf16 } from "../../core/src/engines/reference/bf16.ts";
import { BF16_NAME, type bindBf16, lacksBf16 } from "../src/bf16.ts";
import { bind } from "../src/bind.ts";
import type { Blas } from "../src/blas.ts";
import { load } from "../src/load.ts";
import { majorOf } from "../src/onednn.ts";
import { distrustBf16 } from "../src/trust.ts";
import { systemBlas } from "./system.ts";

const blas = await systemBlas();
const path = (blas?.data as { library: string; path: string }[] | undefined)?.find(
  ({ library }) => library === "oneDNN",
)?.path;
/** What the processor or the library lacks. */
const lacking = path === undefined ? "there is no oneDNN" : lacksBf16(load(path));
if (lacking !== undefined) console.warn(`bf16 is tested in its refusals alone: ${lacking}`);

/** Products by the library that rounds, whatever is faster. */
const rounding = (own: Blas): Blas => ({
  ...own,
  prefers: (_, wide, __, rounds) => (rounds && !wide ? (own.bf16 as number) : 0),
});

test.skipIf(blas === undefined)("it can be had, or it is said why not", async () => {
  const engine = await wasmEngine({ threads: 1, ...(blas && { gemm: blas }) });
  expect(engine.bf16).toEqual(lacking === undefined ? true : expect.stringMatching(/oneDNN|AVX512-BF16/));
  expect(blas?.libraries.includes(BF16_NAME)).toBe(lacking === undefined);
});

const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) * 10 ** (i % 3));

/** With 64-bit sums, of factors that are rounded; and the sums of its terms' sizes. */
function expected(a: ArrayLike<number>, b: ArrayLike<number>, [m, n, k]: readonly number[]) {
  const [ra, rb] = [roundedToBf16(Float64Array.from(a)), roundedToBf16(Float64Array.from(b))];
  const [sums, sizes] = [new Float64Array(m * n), new Float64Array(m * n)];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let p = 0; p < k; p++) {
        sums[i * n + j] += ra[i * k + p] * rb[p * n + j];
        sizes[i * n + j] += Math.abs(ra[i * k + p] * rb[p * n + j]);
      }
  return { sums, sizes };
}

const transposed = (values: Float32Array, rows: number, columns: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);

describe.skipIf(lacking !== undefined)("a product", () => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 });
  const place = [1024, 131072, 262144];
  const gemm = () => bind(memory, [{ path, library: BF16_NAME, major: majorOf(load(path as string)) }])[0];
  const sizes = [
    [1, 1, 1],
    [3, 5, 7],
    [64, 10, 33],
    [31, 129, 65],
  ] as const;

  test.each(
    sizes.flatMap((size) => [false, true].flatMap((ta) => [false, true].map((tb) => [...size, ta, tb] as const))),
  )("%i×%i over %i, transposed: %s and %s", (m, n, k, ta, tb) => {
    const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
    // Rows further apart than they are long, as in a part of a matrix.
    const [lda, ldb, ldc] = [(ta ? m : k) + 2, (tb ? k : n) + 1, n + 3];
    const all = new Float32Array(memory.buffer);
    all.fill(Number.NaN);
    const put = (values: Float32Array, columns: number, stride: number, at: number): void =>
      values.forEach((value, i) => {
        all[at / 4 + Math.floor(i / columns) * stride + (i % columns)] = value;
      });
    put(ta ? transposed(a, m, k) : a, ta ? m : k, lda, place[0]);
    put(tb ? transposed(b, k, n) : b, tb ? k : n, ldb, place[1]);
    const { sums, sizes } = expected(a, b, [m, n, k]);
    const once = (): number[] => {
      gemm()(false, ta, tb, m, n, k, place[0], lda, place[1], ldb, place[2], ldc);
      return Array.from(sums, (_, i) => all[place[2] / 4 + Math.floor(i / n) * ldc + (i % n)]);
    };
    const found = once();
    found.forEach((value, i) => {
      expect(Math.abs(value - sums[i])).toBeLessThanOrEqual(2 ** -22 * k * sizes[i]);
    });
    expect(once()).toEqual(found);
  });

  test("is right after more shapes than are kept ready", () => {
    const all = new Float32Array(memory.buffer);
    const multiply = gemm();
    for (let k = 1; k <= 300; k++) {
      all.fill(1);
      multiply(false, false, false, 2, 3, k, place[0], k, place[1], 3, place[2], 3);
      expect(all[place[2] / 4 + 5]).toBe(k);
    }
  });

  test("of double precision is refused", () => {
    expect(() => gemm()(true, false, false, 1, 1, 1, 0, 1, 64, 1, 128, 1)).toThrow("single precision");
  });
});

describe("a library", () => {
  /** Rows by columns without strides, whose factors go through `round`. */
  const multiplying = (round: (value: number) => number) => (memory: WebAssembly.Memory) => {
    const read = (bytes: number, i: number): number => round(new Float32Array(memory.buffer)[bytes / 4 + i]);
    return ((_, ta, tb, m, n, k, a, lda, b, ldb, c, ldc) => {
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++)
            sum += read(a, ta ? p * lda + i : i * lda + p) * read(b, tb ? j * ldb + p : p * ldb + j);
          new Float32Array(memory.buffer)[c / 4 + i * ldc + j] = sum;
        }
    }) as ReturnType<typeof bindBf16>;
  };
  const digits = (bits: number) => (value: number) => {
    const scale = 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - bits + 1);
    return Math.round(value / scale) * scale;
  };

  test("that rounds to eight bits is trusted, one that rounds to five or computes wrong is not", () => {
    expect(distrustBf16(multiplying(digits(8)))).toBeUndefined();
    expect(distrustBf16(multiplying(digits(5)))).toMatch(/^its sgemm of .* where .* is right/);
    expect(distrustBf16(multiplying((value) => value * 1.1))).toMatch(/^its sgemm of .* where .* is right/);
  });
});

const network: NetworkSpec = {
  inputs: 6,
  layers: [
    { units: 48, activation: "tanh" },
    { units: 3, activation: "identity" },
  ],
};
const rows = 128;
const x = Float64Array.from({ length: rows * 6 }, (_, i) => Math.sin(3 * i));
const y = Float64Array.from({ length: rows }, (_, row) => Math.floor(((x[6 * row] + 1) / 2) * 2.999));

async function losses(engine: SyncEngine, dtype: "f32" | "bf16"): Promise<number[]> {
  const told: number[] = [];
  const options = { loss: "softmax-cross-entropy", epochs: 15, batch: 32, engine, dtype } as const;
  for await (const event of fit(network, { train: { x, y } }, { ...options, optimizer: optimizers.adam() }))
    if (event.type === "epoch") told.push(event.loss);
  return told;
}

describe.skipIf(lacking !== undefined)("training", () => {
  test.each([1, 2])("on %i threads is the reference engine's, nearly, and the same bits twice", async (threads) => {
    const engine = await wasmEngine({ threads, gemm: rounding(blas as Blas) });
    const [own, again, reference, plain] = [
      await losses(engine, "bf16"),
      await losses(engine, "bf16"),
      await losses(referenceEngine, "bf16"),
      await losses(referenceEngine, "f32"),
    ];
    expect(again).toEqual(own);
    const off = (losses: readonly number[]): number => Math.max(...losses.map((loss, i) => Math.abs(loss - own[i])));
    expect(off(reference)).toBeLessThan(1e-3);
    expect(own).not.toEqual(await losses(engine, "f32"));
    expect(off(plain)).toBeLessThan(0.05);
  });

  test("a plan says who multiplies, and rounds only where it may", async () => {
    const engine = await wasmEngine({ threads: 1, gemm: rounding(blas as Blas) });
    const [a, b] = [input("a", [9, 17], "f32"), input("b", [5, 17], "f32")];
    const product = program("product", [a, b], { c: matmul(a, transpose(b)) });
    expect(engine.compile(product, { products: "bf16" }).describe()).toContain("by oneDNN-bf16");
    expect(engine.compile(product).describe()).not.toContain("bf16");
  });
});

test("an engine without such products refuses them before work starts, and says what they need", async () => {
  const engine = await wasmEngine({ threads: 1 });
  await expect(losses(engine, "bf16")).rejects.toThrow(
    "bf16 needs oneDNN (libdnnl 2 or 3, found by findBlas() of @chaingrad/blas) and a processor with AVX512-BF16 or AMX; " +
      "the engine 'wasm' has no such products: the kernels multiply in f32. Use f32",
  );
});
