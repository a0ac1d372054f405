/**
 * Products whose operands are rounded to bf16 (8 bits of mantissa instead of 24) and whose sums are in f32, by oneDNN's primitives:
 * twice the arithmetic where the processor has instructions for it. Operands are copied to bf16 in the layout that they have, which
 * measured faster than to pack them, and the copies are gone with the next product.
 */
import type { Gemm } from "@chaingrad/core";
import type { LibraryHandle } from "koffi";
import { load } from "./load.ts";
import { useOneThread } from "./onednn.ts";
import {
  addressOf,
  argumentsOf,
  BF16,
  F32,
  type Handle,
  type Layout,
  openPrimitives,
  type Primitives,
  RESULT,
  SOURCE,
  WEIGHTS,
} from "./primitives.ts";

/** What a thread needs to call it. */
export interface Bf16Link {
  readonly path: string;
  readonly library: typeof BF16_NAME;
  /** Of the library's version. */
  readonly major: number;
}

/** What it is called in plans and in what was measured. */
export const BF16_NAME = "oneDNN-bf16";

/** AVX512-BF16, in oneDNN's numbers: whatever has it (AMX, too) has these bits. */
const AVX512_BF16 = 0xe7;
/** Products that are kept ready, at most: those used longest ago are made anew. */
const MOST = 256;
/** Bytes of a cache line, to which copies are aligned. */
const LINE = 64;

/** Why the library multiplies nothing in bf16; undefined where it does. What it emulates would be slower than f32. */
export function lacksBf16(library: LibraryHandle): string | undefined {
  try {
    const has: number = library.func("int dnnl_get_effective_cpu_isa()")();
    if ((has & AVX512_BF16) !== AVX512_BF16) return "this processor has neither AVX512-BF16 nor AMX";
    library.func("void dnnl_primitive_execute()");
    return undefined;
  } catch (error) {
    return `this oneDNN lacks what it needs (${(error as Error).message})`;
  }
}

/** One product, ready to be run at any addresses. */
interface Ready {
  readonly primitives: readonly Handle[];
  readonly memories: readonly Handle[];
  /** @param at addresses of A, B, C and of the copies of A and B */
  run(at: readonly number[]): void;
  /** Bytes of the copies of A and B. */
  readonly bytes: readonly [number, number];
}

/** Its product on a memory that starts at `base`. Throws when the library cannot be loaded (any more). */
export function bindBf16(base: number, { path, major }: Bf16Link): Gemm {
  const primitives = openedAt(path, major);
  const ready = readyIn(path);
  return (wide, transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc) => {
    if (wide) throw new Error("bf16 stands for single precision alone");
    const key = `${transposeA} ${transposeB} ${m} ${n} ${k} ${lda} ${ldb} ${ldc}`;
    let product = ready.get(key);
    if (product === undefined) {
      const left = { rows: m, columns: k, transposed: transposeA, stride: lda };
      const right = { rows: k, columns: n, transposed: transposeB, stride: ldb };
      product = prepare(primitives, left, right, ldc);
      forget(primitives, ready);
    } else ready.delete(key);
    ready.set(key, product); // last, as the one used latest
    const copies = product.bytes.map((bytes, i) => roomFor(i, bytes));
    product.run([base + a, base + b, base + c, ...copies]);
  };
}

/** A factor as it stands in memory. */
interface Factor {
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
  readonly stride: number;
}

const stands = ({ rows, columns, transposed, stride }: Factor): Layout => ({
  ...{ type: F32, rows, columns, strides: transposed ? [1, stride] : [stride, 1] },
});
const copied = ({ rows, columns, transposed }: Factor): Layout => ({
  ...{ type: BF16, rows, columns, strides: transposed ? [1, rows] : [columns, 1] },
});

function prepare(primitives: Primitives, left: Factor, right: Factor, ldc: number): Ready {
  const result: Layout = { type: F32, rows: left.rows, columns: right.columns, strides: [ldc, 1] };
  const layouts = [stands(left), stands(right), result, copied(left), copied(right)];
  const [copyA, copyB] = [left, right].map((one) => primitives.reorder(stands(one), copied(one)));
  const multiply = primitives.product(copied(left), copied(right), result);
  const memories = layouts.map((layout) => primitives.memory(layout));
  const [a, b, c, ownA, ownB] = memories;
  const calls = (
    [
      [copyA, [SOURCE, a], [RESULT, ownA]],
      [copyB, [SOURCE, b], [RESULT, ownB]],
      [multiply, [SOURCE, ownA], [WEIGHTS, ownB], [RESULT, c]],
    ] as const
  ).map(([primitive, ...given]) => ({ primitive, count: given.length, given: argumentsOf(given) }));
  const addressed = calls.map((call) => ({ ...call, address: addressOf(call.given) }));
  return {
    primitives: [copyA, copyB, multiply],
    memories,
    bytes: [2 * left.rows * left.columns, 2 * right.rows * right.columns],
    run(at) {
      for (let i = 0; i < memories.length; i++) primitives.place(memories[i], at[i]);
      for (const { primitive, count, address } of addressed) primitives.run(primitive, count, address);
    },
  };
}

/** Makes room for one more. */
function forget({ freePrimitive, freeMemory }: Primitives, ready: Map<string, Ready>): void {
  if (ready.size < MOST) return;
  const [[key, oldest]] = ready;
  for (const primitive of oldest.primitives) freePrimitive(primitive);
  for (const memory of oldest.memories) freeMemory(memory);
  ready.delete(key);
}

// Of this thread, by the library's file: networks come and go, and what the library made for their shapes stays.
const opened = new Map<string, Primitives>();
const products = new Map<string, Map<string, Ready>>();

function openedAt(path: string, major: number): Primitives {
  const library = load(path);
  useOneThread(library);
  const own = opened.get(path) ?? openPrimitives(library, major);
  opened.set(path, own);
  return own;
}

function readyIn(path: string): Map<string, Ready> {
  const own = products.get(path) ?? new Map<string, Ready>();
  products.set(path, own);
  return own;
}

/** The copies of A and of B, of this thread: as large as the largest product needed so far. */
const rooms: { bytes: Uint8Array; at: number }[] = [];

function roomFor(which: number, bytes: number): number {
  let room = rooms[which];
  if (room === undefined || room.bytes.length < bytes + LINE) {
    const own = new Uint8Array(new ArrayBuffer(bytes + LINE));
    room = { bytes: own, at: LINE * Math.ceil(addressOf(own) / LINE) };
    rooms[which] = room;
  }
  return room.at;
}
