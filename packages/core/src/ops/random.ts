/**
 * Counter-based random numbers: element i of a stream is a function of (key, stream, i) alone, so the order of
 * execution does not matter and a step can be replayed. Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { call } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { type FloatType, type Shape, ShapeError, sizeOf, tensorType } from "../graph/type.ts";
import type { Operand } from "./elementwise.ts";
import { less } from "./select.ts";

const [ODD, EVEN] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Two random 32-bit words from a 2 × 32-bit key and a 2 × 32-bit counter. */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  // Three words of key take turns; nothing is allocated on the way, because every row of every epoch is drawn here.
  let a = key0 | 0;
  let b = key1 | 0;
  let c = 0x1bd11bda ^ key0 ^ key1;
  let x0 = (counter0 + a) | 0;
  let x1 = (counter1 + b) | 0;
  for (let group = 1; group <= 5; group++) {
    const rotations = group & 1 ? ODD : EVEN;
    for (let round = 0; round < 4; round++) {
      const rotation = rotations[round];
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + b) | 0;
    x1 = (x1 + c + group) | 0;
    const first = a;
    a = b;
    b = c;
    c = first;
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The top 24 bits as a number in [0, 1): the same in f32 and f64. */
export const unit = (word: number): number => (word >>> 8) * 2 ** -24;

/** Element i of the uniform stream. */
export function uniformAt(key: ArrayLike<number>, stream: number, i: number): number {
  return unit(threefry(key[0], key[1], stream, i >>> 1)[i & 1]);
}

/** Element i of the normal stream (Box & Muller 1958). */
export function normalAt(key: ArrayLike<number>, stream: number, i: number): number {
  const [first, second] = threefry(key[0], key[1], stream, i);
  const radius = Math.sqrt(-2 * Math.log(unit(first) + 2 ** -24));
  return radius * Math.cos(2 * Math.PI * unit(second));
}

interface RandomAttributes extends Attributes {
  readonly stream: number;
  readonly shape: Shape;
  readonly dtype: FloatType;
}

function randomOp(
  distribution: "uniform" | "normal",
  at: (key: ArrayLike<number>, stream: number, i: number) => number,
): Op<RandomAttributes> {
  return {
    name: `random-${distribution}`,
    infer([key], { shape, dtype }) {
      if (key.dtype !== "i32" || sizeOf(key.shape) !== 2) throw new ShapeError("the key must be i32[2]");
      return tensorType(shape, dtype);
    },
    evaluate: ([key], node) =>
      new Float64Array(sizeOf(node.type.shape)).map((_, i) => at(key, node.attributes.stream, i)),
    jvp: () => null,
    vjp: () => [null],
    batch() {
      throw new ShapeError(`random-${distribution}: there is no batch of keys; give each value a stream of its own`);
    },
    notation: (parts) => call(distribution, parts),
    kernel: (node) => ({ kind: "random", distribution, stream: node.attributes.stream }),
  };
}

const uniformOp: Op<RandomAttributes> = randomOp("uniform", uniformAt);
const normalOp: Op<RandomAttributes> = randomOp("normal", normalAt);

/** Uniform numbers in [0, 1) from a key (i32[2]); different streams of one key are independent. */
export function randomUniform(key: Expr, stream: number, shape: Shape, dtype: FloatType): Expr {
  return expr(uniformOp, [key], { stream, shape, dtype });
}
/** Standard normal numbers from a key (i32[2]). */
export function randomNormal(key: Expr, stream: number, shape: Shape, dtype: FloatType): Expr {
  return expr(normalOp, [key], { stream, shape, dtype });
}
/** 1 with the given probability (a number or a tensor that broadcasts to `shape`), else 0. */
export function randomBernoulli(key: Expr, stream: number, probability: Operand, shape: Shape, dtype: FloatType): Expr {
  return less(randomUniform(key, stream, shape, dtype), probability);
}
