/**
 * The op table: an entry for every op function, with inputs that stay away from kinks and poles, and the op in index
 * notation. Tests of derivatives, of local algebra and of engines all walk this one table. Shapes are asymmetric, so
 * that a swapped factor or a forgotten transpose cannot hide.
 */
import type { Expr } from "../../src/graph/expr.ts";
import { asinh } from "../../src/ops/asinh.ts";
import { diagonalBlocks, timesBlocks, timesBlocksTransposed } from "../../src/ops/block-diagonal.ts";
import { cast, stopGradient } from "../../src/ops/convert.ts";
import * as elementary from "../../src/ops/elementary.ts";
import { broadcastTo } from "../../src/ops/elementwise.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { randomBernoulli, randomNormal, randomUniform } from "../../src/ops/random.ts";
import { logsumexp, max, mean } from "../../src/ops/reduce.ts";
import * as ring from "../../src/ops/ring.ts";
import { gatherRows, oneHot, scatterRows } from "../../src/ops/rows.ts";
import * as select from "../../src/ops/select.ts";
import { concat, pad, reshape, slice, transpose } from "../../src/ops/shape.ts";
import { smoothClip } from "../../src/ops/smooth-clip.ts";
import { logSoftmax, softmax } from "../../src/ops/softmax.ts";
import { constant, fill } from "../../src/ops/source.ts";
import { stackedMatmul } from "../../src/ops/stacked-matmul.ts";
import { broadcast, sum } from "../../src/ops/sum-broadcast.ts";
import {
  between,
  bothSigns,
  type Element,
  fixed,
  integers,
  largest,
  type OpEntry,
  type OperandSpec,
  real,
  these,
  total,
} from "./op-entry.ts";

const MATRIX = [3, 5];
/** Third derivatives are checked where the second is still interesting. */
const THIRD = 3;

/** An elementwise op on matrices, one sampler for each operand (or whole operand specifications). */
function pointwise(
  op: string,
  // biome-ignore lint/suspicious/noExplicitAny: op functions differ in how many operands they take, and in their types
  apply: (...operands: any[]) => Expr,
  formula: (...xs: number[]) => number,
  operands: readonly (OperandSpec | OperandSpec["sample"])[],
  { orders = 2, name = op } = {},
): OpEntry {
  return {
    name,
    op,
    operands: operands.map((operand) => (typeof operand === "function" ? real(MATRIX, operand) : operand)),
    build: (xs) => apply(...xs),
    formula: (elements, index) => formula(...elements.map((x) => x(...index))),
    elementwise: { apply, formula },
    orders,
  };
}

function entry(
  name: string,
  operands: readonly OperandSpec[],
  build: OpEntry["build"],
  formula?: (operands: readonly Element[], index: readonly number[]) => number,
  orders = 2,
): OpEntry {
  return { name, op: name.split(" ")[0], operands, build, orders, ...(formula === undefined ? {} : { formula }) };
}

const [low, high] = [between(-2, 2, 0.25), between(-2, 2, 0.75)];
const any = between(-2, 2);

/** Simpson's rule for 2/√π ∫₀ˣ e^(−t²) dt: slow and obvious. */
function integratedErf(x: number): number {
  const panels = 2000;
  const h = x / panels;
  const weight = (i: number): number => (i === 0 || i === panels ? 1 : i % 2 === 1 ? 4 : 2);
  return (2 / Math.sqrt(Math.PI)) * (h / 3) * total(panels + 1, (i) => weight(i) * Math.exp(-((i * h) ** 2)));
}

const ringEntries: OpEntry[] = [
  pointwise("add", ring.add, (a, b) => a + b, [any, any]),
  pointwise("sub", ring.sub, (a, b) => a - b, [any, any]),
  pointwise("mul", ring.mul, (a, b) => a * b, [any, any], { orders: THIRD }),
  pointwise("mul", ring.mul, (a, b) => a * b, [real([]), real([])], { name: "mul of scalars" }),
  pointwise("mul", ring.mul, (a, b) => a * b, [real([2, 3, 5]), real([2, 3, 5])], { name: "mul of rank 3" }),
  pointwise("div", ring.div, (a, b) => a / b, [any, bothSigns(0.5, 2)], { orders: THIRD }),
  pointwise("neg", ring.neg, (a) => -a, [any]),
  pointwise("reciprocal", ring.reciprocal, (a) => 1 / a, [bothSigns(0.5, 2)], { orders: THIRD }),
  pointwise("square", ring.square, (a) => a ** 2, [any]),
];

const elementaryEntries: OpEntry[] = [
  pointwise("exp", elementary.exp, Math.exp, [any], { orders: THIRD }),
  pointwise("expm1", elementary.expm1, Math.expm1, [any]),
  pointwise("log", elementary.log, Math.log, [between(0.3, 3)], { orders: THIRD }),
  pointwise("log1p", elementary.log1p, Math.log1p, [between(-0.6, 3)]),
  pointwise("sqrt", elementary.sqrt, Math.sqrt, [between(0.3, 3)], { orders: THIRD }),
  pointwise("tanh", elementary.tanh, Math.tanh, [any], { orders: THIRD }),
  pointwise("tanh", elementary.tanh, Math.tanh, [real([])], { name: "tanh of a scalar" }),
  pointwise("tanh", elementary.tanh, Math.tanh, [real([2, 3, 5])], { name: "tanh of rank 3" }),
  pointwise("sigmoid", elementary.sigmoid, (x) => 1 / (1 + Math.exp(-x)), [any], { orders: THIRD }),
  pointwise("softplus", elementary.softplus, (x) => Math.log(1 + Math.exp(x)), [any], { orders: THIRD }),
  pointwise("erf", elementary.erf, integratedErf, [between(-3.5, 3.5)], { orders: THIRD }),
  pointwise("sin", elementary.sin, Math.sin, [between(-7, 7)], { orders: THIRD }),
  pointwise("cos", elementary.cos, Math.cos, [between(-7, 7)]),
  pointwise("tan", elementary.tan, Math.tan, [between(-1.2, 1.2)]),
  pointwise("atan", elementary.atan, Math.atan, [any]),
  pointwise("asinh", asinh, (x) => Math.log(x + Math.sqrt(x * x + 1)), [between(-5, 5)], { orders: THIRD }),
  pointwise(
    "smoothClip",
    (x) => smoothClip(x, 1.5),
    (x) => x / Math.hypot(1, x / 1.5),
    [between(-5, 5)],
    { orders: THIRD },
  ),
  pointwise("pow", elementary.pow, Math.pow, [between(0.3, 2.5), between(-1.5, 2.5)], { orders: THIRD }),
  pointwise("pow", elementary.pow, Math.pow, [bothSigns(0.3, 2), fixed(MATRIX, these(2, 3, -1, 0, 1))], {
    name: "pow of any sign to whole exponents",
  }),
];

const truth = fixed(MATRIX, these(1, 0, -2, 0, 0, 0.5, 1));
const wholeNumbers = (...values: number[]): OperandSpec => real(MATRIX, these(...values));

const selectEntries: OpEntry[] = [
  pointwise("less", select.less, (a, b) => Number(a < b), [low, high], { orders: 1 }),
  pointwise("lessEqual", select.lessEqual, (a, b) => Number(a <= b), [low, high], { orders: 1 }),
  pointwise("greater", select.greater, (a, b) => Number(a > b), [low, high], { orders: 1 }),
  pointwise("greaterEqual", select.greaterEqual, (a, b) => Number(a >= b), [low, high], { orders: 1 }),
  // Whole numbers, so that some pairs are equal.
  pointwise(
    "equal",
    select.equal,
    (a, b) => Number(a === b),
    [wholeNumbers(1, 0, -1, 2), wholeNumbers(1, 2, -1, 0, 0)],
    { orders: 1 },
  ),
  pointwise("where", select.where, (c, a, b) => (c !== 0 ? a : b), [truth, real(MATRIX), real(MATRIX)]),
  pointwise("maximum", select.maximum, (a, b) => (a + b + Math.abs(a - b)) / 2, [low, high]),
  pointwise("minimum", select.minimum, (a, b) => (a + b - Math.abs(a - b)) / 2, [low, high]),
  pointwise("clamp", select.clamp, (...xs) => xs.sort((a, b) => a - b)[1], [
    between(-2, 2, 0.25),
    between(-1.5, -0.5, 0.75),
    between(0.5, 1.5, 0.75),
  ]),
  pointwise("relu", select.relu, (x) => (x + Math.abs(x)) / 2, [any]),
  pointwise("abs", select.abs, (x) => (x < 0 ? -x : x), [any]),
  pointwise("sign", select.sign, (x) => (x < 0 ? -1 : 1), [any], { orders: 1 }),
  pointwise("floor", select.floor, (x) => x - (((x % 1) + 1) % 1), [any], { orders: 1 }),
];

const linearEntries: OpEntry[] = [
  entry(
    "sum of everything",
    [real(MATRIX)],
    ([x]) => sum(x),
    ([x]) => total(3, (i) => total(5, (j) => x(i, j))),
  ),
  entry(
    "sum of columns",
    [real(MATRIX)],
    ([x]) => sum(x, [0]),
    ([x], [j]) => total(3, (i) => x(i, j)),
  ),
  entry(
    "sum of rows",
    [real(MATRIX)],
    ([x]) => sum(x, [1]),
    ([x], [i]) => total(5, (j) => x(i, j)),
  ),
  entry(
    "sum of the outer axes",
    [real([2, 3, 5])],
    ([x]) => sum(x, [2, 0]),
    ([x], [j]) => total(2, (i) => total(5, (k) => x(i, j, k))),
  ),
  entry(
    "sum over no axes",
    [real(MATRIX)],
    ([x]) => sum(x, []),
    ([x], at) => x(...at),
  ),
  entry(
    "broadcast of a row",
    [real([5])],
    ([x]) => broadcast(x, [3, 5], [1]),
    ([x], [_, j]) => x(j),
  ),
  entry(
    "broadcast of a column",
    [real([3])],
    ([x]) => broadcast(x, [3, 5], [0]),
    ([x], [i]) => x(i),
  ),
  entry(
    "broadcast of a scalar",
    [real([])],
    ([x]) => broadcast(x, [3, 5], []),
    ([x]) => x(),
  ),
  entry(
    "broadcast along the middle",
    [real([2, 5])],
    ([x]) => broadcast(x, [2, 3, 5], [0, 2]),
    ([x], [i, _, k]) => x(i, k),
  ),
  entry(
    "broadcastTo from [3, 1]",
    [real([3, 1])],
    ([x]) => broadcastTo(x, [3, 5]),
    ([x], [i]) => x(i, 0),
  ),
  entry(
    "broadcastTo of rank 3",
    [real([3, 1])],
    ([x]) => broadcastTo(x, [2, 3, 5]),
    ([x], [_, j]) => x(j, 0),
  ),
];

const reduceEntries: OpEntry[] = [
  entry(
    "mean of everything",
    [real(MATRIX)],
    ([x]) => mean(x),
    ([x]) => total(3, (i) => total(5, (j) => x(i, j))) / 15,
  ),
  entry(
    "mean of columns",
    [real(MATRIX)],
    ([x]) => mean(x, [0]),
    ([x], [j]) => total(3, (i) => x(i, j)) / 3,
  ),
  entry(
    "max of everything",
    [real(MATRIX)],
    ([x]) => max(x),
    ([x]) => largest(3, (i) => largest(5, (j) => x(i, j))),
  ),
  entry(
    "max of rows",
    [real(MATRIX)],
    ([x]) => max(x, [1]),
    ([x], [i]) => largest(5, (j) => x(i, j)),
  ),
  entry(
    "max of the outer axes",
    [real([2, 3, 5])],
    ([x]) => max(x, [0, 2]),
    ([x], [j]) => largest(2, (i) => largest(5, (k) => x(i, j, k))),
  ),
  entry(
    "logsumexp of everything",
    [real(MATRIX)],
    ([x]) => logsumexp(x),
    ([x]) => Math.log(total(3, (i) => total(5, (j) => Math.exp(x(i, j))))),
    THIRD,
  ),
  entry(
    "logsumexp of columns",
    [real(MATRIX)],
    ([x]) => logsumexp(x, [0]),
    ([x], [j]) => Math.log(total(3, (i) => Math.exp(x(i, j)))),
  ),
  entry(
    "logsumexp of the outer axes",
    [real([2, 3, 5])],
    ([x]) => logsumexp(x, [0, 2]),
    ([x], [j]) => Math.log(total(2, (i) => total(5, (k) => Math.exp(x(i, j, k))))),
  ),
];

const shapeEntries: OpEntry[] = [
  entry(
    "reshape to [5, 3]",
    [real(MATRIX)],
    ([x]) => reshape(x, [5, 3]),
    ([x], [i, j]) => x(Math.floor((3 * i + j) / 5), (3 * i + j) % 5),
  ),
  entry(
    "reshape of a scalar",
    [real([])],
    ([x]) => reshape(x, [1, 1]),
    ([x]) => x(),
  ),
  entry(
    "transpose",
    [real(MATRIX)],
    ([x]) => transpose(x),
    ([x], [i, j]) => x(j, i),
  ),
  // A cycle of three axes is not its own inverse.
  entry(
    "transpose of rank 3",
    [real([2, 3, 5])],
    ([x]) => transpose(x, [2, 0, 1]),
    ([x], [i, j, k]) => x(j, k, i),
  ),
  entry(
    "slice",
    [real(MATRIX)],
    ([x]) => slice(x, [1, 2], [2, 3]),
    ([x], [i, j]) => x(i + 1, j + 2),
  ),
  entry(
    "slice of rank 3",
    [real([2, 3, 5])],
    ([x]) => slice(x, [0, 1, 1], [2, 1, 4]),
    ([x], [i, j, k]) => x(i, j + 1, k + 1),
  ),
  entry(
    "pad",
    [real(MATRIX)],
    ([x]) => pad(x, [1, 2], [5, 8]),
    ([x], [i, j]) => (i >= 1 && i < 4 && j >= 2 && j < 7 ? x(i - 1, j - 2) : 0),
  ),
  entry(
    "pad of rank 1",
    [real([5])],
    ([x]) => pad(x, [2], [7]),
    ([x], [i]) => (i >= 2 ? x(i - 2) : 0),
  ),
  entry(
    "concat of rows",
    [real([3, 5]), real([1, 5]), real([2, 5])],
    (parts) => concat(parts, 0),
    ([a, b, c], [i, j]) => (i < 3 ? a(i, j) : i < 4 ? b(i - 3, j) : c(i - 4, j)),
  ),
  entry(
    "concat of columns",
    [real([3, 5]), real([3, 2])],
    (parts) => concat(parts, 1),
    ([a, b], [i, j]) => (j < 5 ? a(i, j) : b(i, j - 5)),
  ),
  entry(
    "concat of rank 3",
    [real([2, 3, 5]), real([2, 1, 5])],
    (parts) => concat(parts, 1),
    ([a, b], [i, j, k]) => (j < 3 ? a(i, j, k) : b(i, j - 3, k)),
  ),
  entry(
    "concat of a node with itself",
    [real([2, 5])],
    ([x]) => concat([x, x], 0),
    ([x], [i, j]) => x(i % 2, j),
  ),
];

/** [3, 7] by [7, 5]: no two sizes agree. */
const matmulEntries: OpEntry[] = [
  entry(
    "matmul A B",
    [real([3, 7]), real([7, 5])],
    ([a, b]) => matmul(a, b),
    ([a, b], [i, j]) => total(7, (k) => a(i, k) * b(k, j)),
    THIRD,
  ),
  entry(
    "matmul Aᵀ B",
    [real([7, 3]), real([7, 5])],
    ([a, b]) => matmul(a, b, { transposeA: true }),
    ([a, b], [i, j]) => total(7, (k) => a(k, i) * b(k, j)),
  ),
  entry(
    "matmul A Bᵀ",
    [real([3, 7]), real([5, 7])],
    ([a, b]) => matmul(a, b, { transposeB: true }),
    ([a, b], [i, j]) => total(7, (k) => a(i, k) * b(j, k)),
  ),
  entry(
    "matmul Aᵀ Bᵀ",
    [real([7, 3]), real([5, 7])],
    ([a, b]) => matmul(a, b, { transposeA: true, transposeB: true }),
    ([a, b], [i, j]) => total(7, (k) => a(k, i) * b(j, k)),
  ),
  entry(
    "matmul of a node with itself",
    [real([3, 5])],
    ([x]) => matmul(x, x, { transposeB: true }),
    ([x], [i, j]) => total(5, (k) => x(i, k) * x(j, k)),
  ),
];

/** Three blocks [4, 2], and five rows. */
const blockEntries: OpEntry[] = [
  entry(
    "timesBlocksTransposed",
    [real([5, 6]), real([12, 2])],
    ([x, w]) => timesBlocksTransposed(x, w, 3),
    ([x, w], [i, j]) => total(2, (b) => x(i, 2 * Math.floor(j / 4) + b) * w(j, b)),
    THIRD,
  ),
  entry(
    "timesBlocks",
    [real([5, 12]), real([12, 2])],
    ([z, w]) => timesBlocks(z, w, 3),
    ([z, w], [i, j]) => {
      const g = Math.floor(j / 2);
      return total(4, (a) => z(i, 4 * g + a) * w(4 * g + a, j - 2 * g));
    },
  ),
  entry(
    "diagonalBlocks",
    [real([5, 12]), real([5, 6])],
    ([z, x]) => diagonalBlocks(z, x, 3),
    ([z, x], [j, b]) => total(5, (i) => z(i, j) * x(i, 2 * Math.floor(j / 4) + b)),
  ),
  entry(
    "timesBlocksTransposed by one block",
    [real([3, 4]), real([2, 4])],
    ([x, w]) => timesBlocksTransposed(x, w, 1),
    ([x, w], [i, j]) => total(4, (b) => x(i, b) * w(j, b)),
  ),
];

/** Three pairs [2, 5] and [5, 4], each transposed or not. */
const stackEntries: OpEntry[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) =>
    entry(
      `stackedMatmul${transposeA ? " Aᵀ" : ""}${transposeB ? " Bᵀ" : ""}`,
      [real(transposeA ? [15, 2] : [6, 5]), real(transposeB ? [12, 5] : [15, 4])],
      ([a, b]) => stackedMatmul(a, b, 3, { transposeA, transposeB }),
      ([a, b], [row, j]) => {
        const [g, i] = [Math.floor(row / 2), row % 2];
        const left = (k: number): number => (transposeA ? a(5 * g + k, i) : a(row, k));
        return total(5, (k) => left(k) * (transposeB ? b(4 * g + j, k) : b(5 * g + k, j)));
      },
    ),
  ),
);

const softmaxEntries: OpEntry[] = [
  entry(
    "softmax",
    [real(MATRIX)],
    ([x]) => softmax(x),
    ([x], [i, j]) => Math.exp(x(i, j)) / total(5, (k) => Math.exp(x(i, k))),
    THIRD,
  ),
  entry(
    "softmax of columns",
    [real(MATRIX)],
    ([x]) => softmax(x, 0),
    ([x], [i, j]) => Math.exp(x(i, j)) / total(3, (k) => Math.exp(x(k, j))),
  ),
  entry(
    "softmax of rank 3",
    [real([2, 3, 5])],
    ([x]) => softmax(x, 1),
    ([x], [i, j, k]) => Math.exp(x(i, j, k)) / total(3, (l) => Math.exp(x(i, l, k))),
  ),
  entry(
    "logSoftmax",
    [real(MATRIX)],
    ([x]) => logSoftmax(x),
    ([x], [i, j]) => x(i, j) - Math.log(total(5, (k) => Math.exp(x(i, k)))),
    THIRD,
  ),
  entry(
    "logSoftmax of rank 3",
    [real([2, 3, 5])],
    ([x]) => logSoftmax(x, 1),
    ([x], [i, j, k]) => x(i, j, k) - Math.log(total(3, (l) => Math.exp(x(i, l, k)))),
  ),
];

/** An index that repeats a row and leaves one out. */
const index = integers(0, 2, 2, 3);

const rowEntries: OpEntry[] = [
  entry(
    "gatherRows",
    [real([4, 5]), index],
    ([x, rows]) => gatherRows(x, rows),
    ([x, rows], [r, j]) => x(rows(r), j),
  ),
  entry(
    "gatherRows of rank 1",
    [real([4]), index],
    ([x, rows]) => gatherRows(x, rows),
    ([x, rows], [r]) => x(rows(r)),
  ),
  entry(
    "gatherRows of rank 3",
    [real([4, 2, 3]), index],
    ([x, rows]) => gatherRows(x, rows),
    ([x, rows], [r, j, k]) => x(rows(r), j, k),
  ),
  entry(
    "scatterRows",
    [real([4, 5]), index],
    ([y, rows]) => scatterRows(y, rows, 6),
    ([y, rows], [i, j]) => total(4, (r) => (rows(r) === i ? y(r, j) : 0)),
  ),
  // Labels outside 0 to classes − 1 give rows of zeros.
  entry(
    "oneHot",
    [integers(0, 2, -1, 4, 5, 2)],
    ([labels], float) => oneHot(labels, 5, float),
    ([labels], [i, j]) => Number(labels(i) === j),
  ),
];

/** Random ops have known answers in place of a formula: test/ops/random.test.ts. */
const randomEntries: OpEntry[] = [
  entry("randomUniform", [integers(12345, -987654321)], ([key], float) => randomUniform(key, 3, [3, 5], float)),
  entry("randomUniform of rank 3", [integers(0, -1)], ([key], float) => randomUniform(key, 0, [2, 3, 5], float)),
  entry("randomNormal", [integers(12345, -987654321)], ([key], float) => randomNormal(key, 4, [3, 5], float)),
  entry("randomBernoulli", [integers(7, 8)], ([key], float) => randomBernoulli(key, 5, 0.3, [3, 5], float)),
  entry("randomBernoulli by column", [integers(7, 8), fixed([5], these(0, 0.2, 0.5, 0.8, 1))], ([key, p], float) =>
    randomBernoulli(key, 5, p, [3, 5], float),
  ),
];

const convertEntries: OpEntry[] = [
  entry(
    "cast to the other float type",
    [real(MATRIX)],
    ([x], float) => cast(x, float === "f32" ? "f64" : "f32"),
    ([x], at) => x(...at),
  ),
  entry(
    "cast there and back",
    [real(MATRIX)],
    ([x], float) => cast(cast(x, float === "f32" ? "f64" : "f32"), float),
    ([x], at) => x(...at),
  ),
  entry(
    "cast to i32",
    [real(MATRIX)],
    ([x]) => cast(x, "i32"),
    ([x], [i, j]) => x(i, j) - (x(i, j) % 1),
    1,
  ),
  // A whole number has no tangent to hand on, so what comes out of it is a constant.
  entry(
    "cast to i32 and back",
    [real(MATRIX)],
    ([x], float) => cast(cast(x, "i32"), float),
    ([x], [i, j]) => x(i, j) - (x(i, j) % 1),
    1,
  ),
  entry(
    "cast from i32",
    [integers(3, -1, 0, 16777216)],
    ([x], float) => cast(x, float),
    ([x], at) => x(...at),
  ),
  // Not differentiable by intention, so finite differences have no say: see test/autodiff/structure.test.ts.
  entry(
    "stopGradient",
    [fixed(MATRIX, any)],
    ([x]) => stopGradient(x),
    ([x], at) => x(...at),
  ),
];

const sourceEntries: OpEntry[] = [
  entry(
    "fill",
    [],
    (_, float) => fill(1.5, [3, 5], float),
    () => 1.5,
  ),
  entry(
    "constant",
    [],
    (_, float) => constant([1, -2, 0.5, 4, 3, 0.25], [2, 3], float),
    (_, [i, j]) => [1, -2, 0.5, 4, 3, 0.25][3 * i + j],
  ),
];

export const opTable: readonly OpEntry[] = [
  ...ringEntries,
  ...elementaryEntries,
  ...selectEntries,
  ...linearEntries,
  ...reduceEntries,
  ...shapeEntries,
  ...matmulEntries,
  ...blockEntries,
  ...stackEntries,
  ...softmaxEntries,
  ...rowEntries,
  ...randomEntries,
  ...convertEntries,
  ...sourceEntries,
];
