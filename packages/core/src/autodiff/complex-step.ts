/**
 * Derivatives by a complex step: f(a + i h) = f(a) + i h f′(a) + O(h²), so Im f(a + i h)/h is f′(a) with no difference taken
 * and nothing cancelled, for h as small as 1e-30. A witness that knows values, and no rule of differentiation.
 *   Squire & Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998)
 *
 * Ops with corners (relu, |x|, max) are continued from the side on which the real part is, and not at the corner. erf has
 * no closed form for complex numbers: what depends on the direction through it has no complex step.
 */
import { readBox } from "../graph/box.ts";
import { type Expr, topological } from "../graph/expr.ts";
import type { ElementwiseKernel, Kernel, Values } from "../graph/op.ts";
import { Propagation } from "../graph/propagate.ts";
import { sizeOf, stridesOf } from "../graph/type.ts";

interface Complex {
  readonly re: Values;
  readonly im: Values;
  /** That `im` is 0. */
  readonly isReal: boolean;
}

type C = readonly [re: number, im: number];

/** So small that its square is lost beside 1. */
const STEP = 1e-30;

const mul = ([a, b]: C, [c, d]: C): C => [a * c - b * d, a * d + b * c];
/** Without a² + b², which overflows (Smith's division for |a| ≥ |b|, as every step is). */
const inverse = ([a, b]: C): C => {
  const slope = b / a;
  const size = a + b * slope;
  return [1 / size, -slope / size];
};
const exp = ([a, b]: C): C => {
  const size = Math.exp(a);
  return [size * Math.cos(b), size * Math.sin(b)];
};
const log = ([a, b]: C): C => [Math.log(Math.hypot(a, b)), Math.atan2(b, a)];
const plus = ([a, b]: C, [c, d]: C): C => [a + c, b + d];
const times = (x: C, factor: number): C => [x[0] * factor, x[1] * factor];
const NOWHERE: C = [Number.NaN, Number.NaN];
const real = (value: number): C => [value, 0];
/** e^x − 1 without cancellation: e^a (cos b − 1) + (e^a − 1), and cos b − 1 = −2 sin²(b/2). */
const expm1 = ([a, b]: C): C => [Math.expm1(a) - 2 * Math.exp(a) * Math.sin(b / 2) ** 2, Math.exp(a) * Math.sin(b)];
const log1p = ([a, b]: C): C =>
  a > 1 ? log([1 + a, b]) : [0.5 * Math.log1p(2 * a + a * a + b * b), Math.atan2(b, 1 + a)];
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

type Tensors = Readonly<Record<string, ArrayLike<number>>>;

/**
 * The derivative of `output`, one number, along `direction` (by input name, zero where absent) at `values`; undefined where
 * something between them has no continuation to complex numbers.
 */
export function complexStep(output: Expr, values: Tensors, direction: Tensors): number | undefined {
  return complexSteps(output, values)(direction);
}

/**
 * `complexStep` for many directions at one point. Steps are so small that real parts are the values at the point, whatever
 * the direction: they are computed once, and imaginary parts, which are 0 there, only where the direction leads.
 */
export function complexSteps(output: Expr, values: Tensors): (direction: Tensors) => number | undefined {
  const root = decomposed(output);
  const order = topological([root]);
  const real = new Map<Expr, Values>();
  for (const node of order) real.set(node, realOf(node, real, values));
  const zeros = new Map(order.map((node) => [node, new Float64Array(sizeOf(node.type.shape))]));
  const propagation = new Propagation(order, zeros, ({ part, node, from, moved }, imaginary) => {
    const re = (operand: Expr, i: number): Values => readBox(real.get(operand) as Values, operand.type.shape, from[i]);
    const complex = (operand: Expr, i: number): Complex => ({
      re: re(operand, i),
      im: imaginary[i],
      isReal: moved[i] === undefined,
    });
    return imaginaryOf(part, node.operands.map(complex));
  });
  const inputs = order.filter((node) => node.op.kernel?.(node).kind === "input");
  return (direction) => {
    const steps = inputs.flatMap((node): [Expr, Values][] => {
      const along = direction[node.label as string];
      return along === undefined ? [] : [[node, Float64Array.from(along, (value) => value * STEP)]];
    });
    if (!propagation.dependents(steps.map(([node]) => node)).every(isKnown)) return undefined;
    const slope = propagation.moved(new Map(steps), (of) => of(root)[0]);
    return Number.isFinite(slope) ? slope / STEP : undefined;
  };
}

function realOf(node: Expr, real: ReadonlyMap<Expr, Values>, values: Tensors): Values {
  if (node.op.kernel?.(node).kind === "input") return Float64Array.from(values[node.label as string]);
  const operands = node.operands.map((operand) => real.get(operand) as Values);
  return node.op.evaluate(operands, node);
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
    const other = isKnown(current) ? undefined : current.op.decompose?.(current);
    const result = other === undefined ? current : settle(other);
    done.set(node, result);
    return result;
  }
}

/** Whether there is a continuation of a node that depends on the direction. */
function isKnown(node: Expr): boolean {
  const kernel = node.op.kernel?.(node);
  switch (kernel?.kind) {
    case "elementwise":
      return FUNCTIONS[kernel.name] !== undefined;
    case "reduce":
    case "matmul":
    case "block-matmul":
    case "gather-rows":
    case "scatter-rows":
    case "broadcast":
    case "alias":
    case "copy":
      return true;
    default:
      return false;
  }
}

/** Of a node that is known. */
function imaginaryOf(node: Expr, operands: readonly Complex[]): Values {
  const kernel = node.op.kernel?.(node);
  if (kernel?.kind === "elementwise") return elementwise(FUNCTIONS[kernel.name] as (...xs: C[]) => C, operands);
  if (kernel?.kind === "reduce" && kernel.by !== "sum") return folded(node, kernel, operands[0]);
  if (kernel?.kind === "matmul" || kernel?.kind === "block-matmul") return product(node, operands);
  return linear(node, operands);
}

function elementwise(f: (...xs: C[]) => C, operands: readonly Complex[]): Values {
  const [a, b] = operands;
  const result = new Float64Array(a.im.length);
  // Nearly all have one operand or two: no list is made for each element.
  if (operands.length === 1) for (let i = 0; i < result.length; i++) result[i] = f([a.re[i], a.im[i]])[1];
  else if (operands.length === 2)
    for (let i = 0; i < result.length; i++) result[i] = f([a.re[i], a.im[i]], [b.re[i], b.im[i]])[1];
  else for (let i = 0; i < result.length; i++) result[i] = f(...operands.map(({ re, im }): C => [re[i], im[i]]))[1];
  return result;
}

/** Im a · Im b is below the rounding of Re a · Re b: that is what makes the step exact. */
function product(node: Expr, [a, b]: readonly Complex[]): Values {
  if (a.isReal) return node.op.evaluate([a.re, b.im], node);
  const left = node.op.evaluate([a.im, b.re], node);
  if (b.isReal) return left;
  const right = node.op.evaluate([a.re, b.im], node);
  return left.map((value, i) => value + right[i]);
}

/** Linear in everything but the indices, which are real. */
function linear(node: Expr, operands: readonly Complex[]): Values {
  const imaginary = operands.map(({ re, im }, i) => (node.operands[i].type.dtype === "i32" ? re : im));
  return node.op.evaluate(imaginary, node);
}

/** max and ln Σ eˣ over axes, group by group. */
function folded(node: Expr, kernel: Extract<Kernel, { kind: "reduce" }>, { re, im }: Complex): Values {
  const { shape } = node.operands[0].type;
  const strides = stridesOf(shape);
  const kept = shape.map((_, axis) => axis).filter((axis) => !kernel.axes.includes(axis));
  const groups: number[][] = Array.from({ length: sizeOf(node.type.shape) }, () => []);
  for (let i = 0; i < re.length; i++) {
    const group = kept.reduce((place, axis) => place * shape[axis] + (Math.floor(i / strides[axis]) % shape[axis]), 0);
    groups[group].push(i);
  }
  return Float64Array.from(groups, (group) => {
    const top = group.reduce((best, i) => (re[i] > re[best] ? i : best));
    if (kernel.by === "max") return group.some((i) => re[i] === re[top] && im[i] !== im[top]) ? Number.NaN : im[top];
    const sum = group.reduce<C>((total, i) => plus(total, exp([re[i] - re[top], im[i]])), [0, 0]);
    return log(sum)[1];
  });
}
