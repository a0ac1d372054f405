/** What printed notation means for tensors, written without the library's ops: the judge of the formulas. */
import { type Shape, sizeOf } from "../../src/graph/type.ts";
import type { Algebra } from "./read-notation.ts";

export interface Tensor {
  readonly shape: Shape;
  readonly values: readonly number[];
}

const scalar = (value: number): Tensor => ({ shape: [], values: [value] });

/** Repeats x into `shape`: along new axes in front or, where the sizes say so, behind (one number for each row). */
export function broadcastInto(x: Tensor, shape: Shape): Tensor {
  const { length } = x.shape;
  const fits = (offset: number): boolean => x.shape.every((size, i) => size === shape[i + offset] || size === 1);
  if (length > shape.length) throw new Error(`[${x.shape}] does not fit [${shape}]`);
  const offset = [shape.length - length, 0].find(fits);
  if (offset === undefined) throw new Error(`[${x.shape}] does not fit [${shape}]`);
  const values = Array.from({ length: sizeOf(shape) }, (_, flat) => {
    let rest = flat;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    const from = x.shape.reduce((place, size, i) => place * size + (size === 1 ? 0 : index[i + offset]), 0);
    return x.values[from];
  });
  return { shape, values };
}

function each(f: (...xs: number[]) => number, ...parts: readonly Tensor[]): Tensor {
  const shape = parts
    .map((part) => part.shape)
    .reduce((a, b) => (sizeOf(b) > sizeOf(a) || b.length > a.length ? b : a));
  const whole = parts.map((part) => broadcastInto(part, shape).values);
  return { shape, values: whole[0].map((_, i) => f(...whole.map((values) => values[i]))) };
}

function transpose({ shape: [rows, columns], values }: Tensor): Tensor {
  const flipped = Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
  return { shape: [columns, rows], values: flipped };
}

function product(a: Tensor, b: Tensor): Tensor {
  const [[rows, inner], [same, columns]] = [a.shape, b.shape];
  if (inner !== same) throw new Error(`[${a.shape}] times [${b.shape}]`);
  const entry = (row: number, column: number): number =>
    Array.from({ length: inner }, (_, k) => a.values[row * inner + k] * b.values[k * columns + column]).reduce(
      (s, v) => s + v,
      0,
    );
  const values = Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns));
  return { shape: [rows, columns], values };
}

/** Folds everything, the rows (i) or the columns (j). */
function reduce(x: Tensor, indices: string | undefined, f: (values: number[]) => number): Tensor {
  if (indices === undefined) return scalar(f([...x.values]));
  const [rows, columns] = x.shape;
  const lines = indices === "j" ? x : transpose(x);
  const [count, length] = indices === "j" ? [rows, columns] : [columns, rows];
  const values = Array.from({ length: count }, (_, i) => f(lines.values.slice(i * length, (i + 1) * length)));
  return { shape: [count], values };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const logTotal = (values: readonly number[]): number => Math.log(total(values.map(Math.exp)));

/** 2/√π ∫₀ˣ e^(−t²) dt by Simpson's rule. */
function erf(x: number): number {
  const n = 400;
  const f = (i: number): number => (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-(((x * i) / n) ** 2));
  return (2 / Math.sqrt(Math.PI)) * (x / n / 3) * total(Array.from({ length: n + 1 }, (_, i) => f(i)));
}

const functions: Record<string, (...xs: number[]) => number> = {
  tanh: Math.tanh,
  exp: Math.exp,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  min: Math.min,
  max: Math.max,
  minimum: Math.min,
  maximum: Math.max,
  expm1: Math.expm1,
  log1p: Math.log1p,
  log: Math.log,
  where: (c, a, b) => (c === 0 ? b : a),
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log(1 + Math.exp(x)),
  erf,
};

const infixes: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "−": (a, b) => a - b,
  "⊙": (a, b) => a * b,
  "·": (a, b) => a * b,
  "/": (a, b) => a / b,
  "<": (a, b) => Number(a < b),
  "≤": (a, b) => Number(a <= b),
  "=": (a, b) => Number(a === b),
};

/** The algebra in which symbols have the given values. One-hot codes have three classes. */
export function tensors(known: ReadonlyMap<string, Tensor>): Algebra<Tensor> {
  return {
    symbol(name) {
      const value = known.get(name);
      if (value === undefined) throw new Error(`'${name}' is used before it is introduced`);
      return value;
    },
    number: scalar,
    infix: (operator, a, b) => (operator === "" ? product(a, b) : each(infixes[operator], a, b)),
    negation: (x) => each((value) => -value, x),
    power: (x, y) => each((value, exponent) => value ** exponent, x, y),
    transpose,
    call(name, parts, indices) {
      if (name === "Σ") return reduce(parts[0], indices, total);
      if (name === "logsumexp") return reduce(parts[0], indices, logTotal);
      if (name === "one-hot") {
        const values = parts[0].values.flatMap((place) => [0, 1, 2].map((k) => Number(k === place)));
        return { shape: [parts[0].values.length, 3], values };
      }
      if (name === "softmax") {
        const logs = reduce(parts[0], "j", logTotal);
        return each((x, log) => Math.exp(x - log), parts[0], { shape: [logs.shape[0], 1], values: logs.values });
      }
      if (functions[name] === undefined) throw new Error(`no function '${name}'`);
      return each(functions[name], ...parts);
    },
  };
}
