/**
 * Derivatives by a complex step: f(a + i h) = f(a) + i h f′(a) + O(h²), so Im f(a + i h)/h is f′(a) with no difference taken
 * and nothing cancelled, for h as small as 1e-30. A witness that knows values, and no rule of differentiation.
 *   Squire & Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998)
 *
 * Ops with corners (relu, |x|, max) are continued from the side on which the real part is, and not at the corner. erf has no closed form for complex
 * numbers: a graph with it has no complex step.
 */
import { type Expr, topological } from "../graph/expr.ts";
import type { ElementwiseKernel, Kernel, Values } from "../graph/op.ts";
import { sizeOf, stridesOf } from "../graph/type.ts";

interface Complex {
  readonly re: Values;
  readonly im: Values;
}

type C = readonly [re: number, im: number];

/** So small that its square is lost beside 1. */
const STEP = 1e-30;

const mul = ([a, b]: C, [c, d]: C): C => [a * c - b * d, a * d + b * c];
const inverse = ([a, b]: C): C => {
  const size = a * a + b * b;
  return [a / size, -b / size];
};
const exp = ([a, b]: C): C => [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)];
const log = ([a, b]: C): C => [Math.log(Math.hypot(a, b)), Math.atan2(b, a)];
const plus = ([a, b]: C, [c, d]: C): C => [a + c, b + d];
const times = (x: C, factor: number): C => [x[0] * factor, x[1] * factor];
const NOWHERE: C = [Number.NaN, Number.NaN];
const real = (value: number): C => [value, 0];
/** e^x − 1 without cancellation: e^a (cos b − 1) + (e^a − 1), and cos b − 1 = −2 sin²(b/2). */
const expm1 = ([a, b]: C): C => [Math.expm1(a) - 2 * Math.exp(a) * Math.sin(b / 2) ** 2, Math.exp(a) * Math.sin(b)];
const log1p = ([a, b]: C): C => [0.5 * Math.log1p(2 * a + a * a + b * b), Math.atan2(b, 1 + a)];
const reciprocalOfOnePlusExp = (x: C): C => inverse(plus(real(1), exp(x)));
/** (e^{2x} − 1)/(e^{2x} + 1), from the side on which e^{2x} does not overflow. */
const tanh = (x: C): C => {
  if (x[0] > 0) return times(tanh(times(x, -1)), -1);
  const power = expm1(times(x, 2));
  return mul(power, inverse(plus(power, real(2))));
};
const sigmoid = (x: C): C => {
  if (x[0] >= 0) return reciprocalOfOnePlusExp(times(x, -1));
  return mul(exp(x), reciprocalOfOnePlusExp(x));
};

/** Undefined: not analytic in closed form. A forgotten kernel does not compile. */
const FUNCTIONS: Readonly<Record<ElementwiseKernel, ((...xs: C[]) => C) | undefined>> = {
  add: plus,
  sub: (a, b) => plus(a, times(b, -1)),
  mul,
  div: (a, b) => mul(a, inverse(b)),
  maximum: (a, b) => (a[0] === b[0] && a[1] !== b[1] ? NOWHERE : a[0] > b[0] ? a : b),
  minimum: (a, b) => (a[0] === b[0] && a[1] !== b[1] ? NOWHERE : a[0] < b[0] ? a : b),
  pow: (a, b) => (a[0] > 0 ? exp(mul(b, log(a))) : b[0] === 2 ? mul(a, a) : NOWHERE),
  less: (a, b) => real(Number(a[0] < b[0])),
  "less-equal": (a, b) => real(Number(a[0] <= b[0])),
  equal: (a, b) => real(Number(a[0] === b[0])),
  where: (c, a, b) => (c[0] !== 0 ? a : b),
  neg: (a) => times(a, -1),
  abs: (a) => (a[0] === 0 && a[1] !== 0 ? NOWHERE : a[0] < 0 ? times(a, -1) : a),
  sign: (a) => real(Math.sign(a[0])),
  floor: (a) => real(Math.floor(a[0])),
  sqrt: ([a, b]) => {
    const root = Math.sqrt((Math.hypot(a, b) + a) / 2);
    return [root, b / (2 * root)];
  },
  reciprocal: inverse,
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
  softplus: (x) => plus(x[0] > 0 ? x : real(0), log1p(exp(x[0] > 0 ? times(x, -1) : x))),
  erf: undefined,
  sin: ([a, b]) => [Math.sin(a) * Math.cosh(b), Math.cos(a) * Math.sinh(b)],
  cos: ([a, b]) => [Math.cos(a) * Math.cosh(b), -Math.sin(a) * Math.sinh(b)],
  tan: (x) => {
    const [sin, cos] = [FUNCTIONS.sin, FUNCTIONS.cos] as ((x: C) => C)[];
    return mul(sin(x), inverse(cos(x)));
  },
  // The imaginary part, artanh(2b/(1 + a² + b²))/2, as a logarithm that does not lose a small b.
  atan: ([a, b]) => [Math.atan2(2 * a, 1 - a * a - b * b) / 2, Math.log1p((4 * b) / (a * a + (1 - b) ** 2)) / 4],
  relu: (a) => (a[0] === 0 && a[1] !== 0 ? NOWHERE : a[0] > 0 ? a : real(0)),
};

/**
 * The derivative of `output`, one number, along `direction` (by input name, zero where absent) at `values`; undefined where
 * something on the way has no continuation to complex numbers.
 */
export function complexStep(
  output: Expr,
  values: Readonly<Record<string, ArrayLike<number>>>,
  direction: Readonly<Record<string, ArrayLike<number>>>,
): number | undefined {
  const known = new Map<Expr, Complex>();
  const root = decomposed(output);
  for (const node of topological([root])) {
    const result = evaluate(node, (operand) => known.get(operand) as Complex, values, direction);
    if (result === undefined) return undefined;
    known.set(node, result);
  }
  const { im } = known.get(root) as Complex;
  return Number.isFinite(im[0]) ? im[0] / STEP : undefined;
}

/** The same graph in ops that have kernels. */
function decomposed(output: Expr): Expr {
  const done = new Map<Expr, Expr>();
  for (const node of topological([output])) settle(node);
  return done.get(output) as Expr;
  function settle(node: Expr): Expr {
    const known = done.get(node);
    if (known !== undefined) return known;
    const operands = node.operands.map(settle);
    const current = operands.every((operand, i) => operand === node.operands[i]) ? node : { ...node, operands };
    const other = node.op.decompose?.(current);
    const result = other === undefined ? current : settle(other);
    done.set(node, result);
    return result;
  }
}

type Tensors = Readonly<Record<string, ArrayLike<number>>>;

function evaluate(
  node: Expr,
  of: (operand: Expr) => Complex,
  values: Tensors,
  direction: Tensors,
): Complex | undefined {
  const kernel = node.op.kernel?.(node);
  const size = sizeOf(node.type.shape);
  const zero = (): Values => new Float64Array(size);
  const operands = node.operands.map(of);
  switch (kernel?.kind) {
    case "input": {
      const name = node.label as string;
      const im = direction[name];
      return { re: Float64Array.from(values[name]), im: im ? Float64Array.from(im, (value) => value * STEP) : zero() };
    }
    case "elementwise":
      return elementwise(FUNCTIONS[kernel.name], operands, size);
    case "reduce":
      return kernel.by === "sum" ? linear(node, operands) : folded(node, kernel, operands[0]);
    case "matmul": {
      const [a, b] = operands;
      const product = (left: Values, right: Values): Values => node.op.evaluate([left, right], node);
      const [cross, other] = [product(a.re, b.im), product(a.im, b.re)];
      // Im a · Im b is below the rounding of Re a · Re b: that is what makes the step exact.
      return { re: product(a.re, b.re), im: cross.map((value, i) => value + other[i]) };
    }
    case "constant":
    case "fill":
    case "one-hot":
    case "random":
      return {
        re: node.op.evaluate(
          operands.map(({ re }) => re),
          node,
        ),
        im: zero(),
      };
    case "gather-rows":
    case "scatter-rows":
      return indexed(node, operands);
    case "broadcast":
    case "alias":
    case "copy":
      return linear(node, operands);
    default:
      return undefined;
  }
}

function elementwise(
  f: ((...xs: C[]) => C) | undefined,
  operands: readonly Complex[],
  size: number,
): Complex | undefined {
  if (f === undefined) return undefined;
  const result = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let i = 0; i < size; i++) [result.re[i], result.im[i]] = f(...operands.map(({ re, im }): C => [re[i], im[i]]));
  return result;
}

const linear = (node: Expr, operands: readonly Complex[]): Complex => ({
  re: node.op.evaluate(
    operands.map(({ re }) => re),
    node,
  ),
  im: node.op.evaluate(
    operands.map(({ im }) => im),
    node,
  ),
});

/** Linear in the rows; the indices are real. */
function indexed(node: Expr, operands: readonly Complex[]): Complex {
  const part = (key: "re" | "im"): Values =>
    node.op.evaluate(
      operands.map((operand, i) => (node.operands[i].type.dtype === "i32" ? operand.re : operand[key])),
      node,
    );
  return { re: part("re"), im: part("im") };
}

/** max and ln Σ eˣ over axes, group by group. */
function folded(node: Expr, kernel: Extract<Kernel, { kind: "reduce" }>, { re, im }: Complex): Complex {
  const { shape } = node.operands[0].type;
  const strides = stridesOf(shape);
  const kept = shape.map((_, axis) => axis).filter((axis) => !kernel.axes.includes(axis));
  const size = sizeOf(node.type.shape);
  const result = { re: new Float64Array(size), im: new Float64Array(size) };
  const groups: number[][] = Array.from({ length: size }, () => []);
  for (let i = 0; i < re.length; i++) {
    const group = kept.reduce((place, axis) => place * shape[axis] + (Math.floor(i / strides[axis]) % shape[axis]), 0);
    groups[group].push(i);
  }
  groups.forEach((group, g) => {
    const top = group.reduce((best, i) => (re[i] > re[best] ? i : best));
    if (kernel.by === "max") [result.re[g], result.im[g]] = [re[top], im[top]];
    else {
      const sum = group.reduce<C>((total, i) => plus(total, exp([re[i] - re[top], im[i]])), [0, 0]);
      [result.re[g], result.im[g]] = plus(real(re[top]), log(sum));
    }
  });
  return result;
}
