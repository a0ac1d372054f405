/**
 * Everything that a piece of graph claims about its derivatives, against the values it computes: forward mode against
 * differences and complex steps, reverse mode against forward mode (the adjoint identity ⟨ȳ, ẏ⟩ = ⟨x̄, ẋ⟩), the second order
 * against differences of the first and in every composition of the modes, and the batch rules against one value after the other.
 */
import { batch } from "../autodiff/batch.ts";
import { complexStep } from "../autodiff/complex-step.ts";
import { checkDerivative } from "../autodiff/differences.ts";
import { jvp } from "../autodiff/forward.ts";
import { gradients, vjp } from "../autodiff/reverse.ts";
import { evaluate } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import type { Expr } from "../graph/expr.ts";
import { program } from "../graph/program.ts";
import { printType, sameType, sizeOf } from "../graph/type.ts";
import { threefry, uniformAt } from "../ops/random.ts";
import { add, mul } from "../ops/ring.ts";
import { input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { compared, explained, type Finding } from "./report.ts";

export interface GraphCheck {
  /** Inputs (f64, or i32) by name; each node's label is its name. */
  readonly inputs: readonly Expr[];
  /** The names that are differentiated by. */
  readonly wrt: readonly string[];
  readonly output: Expr;
  readonly values: Readonly<Record<string, Float64Array>>;
  /** 1, or 2 to check the second derivatives as well. */
  readonly orders: 1 | 2;
}

/** Two ways to add up the same products differ by no more than rounding. */
const ROUNDING = 1e-11;
const BATCH = 3;
const WRONG_SHAPE = "reverse mode: shape";

type Tensors = Readonly<Record<string, ArrayLike<number>>>;

/** Numbers in [−1, 1). */
export function randomNumbers(size: number, stream: number, seed: number): Float64Array {
  const key = threefry(seed, 0, 0x6368, 0);
  return Float64Array.from({ length: size }, (_, i) => 2 * uniformAt(key, stream, i) - 1);
}

const run = (inputs: readonly Expr[], outputs: Readonly<Record<string, Expr>>, values: Tensors): Tensors => {
  const given = inputs.map((node) => [node.label as string, values[node.label as string]]);
  return evaluate(referenceEngine, program("check", inputs, outputs), Object.fromEntries(given));
};

const dotOf = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
};

export function checkGraph(given: GraphCheck, seed: number): Finding[] {
  const size = (node: Expr): number => sizeOf(node.type.shape);
  const { inputs, output, values } = given;
  const wrt = inputs.filter((node) => given.wrt.includes(node.label as string));
  const bar = input("ȳ", output.type.shape, "f64");
  const barValues = randomNumbers(size(output), 0, seed);
  const tangents = wrt.map((node) => input(`${node.label}̇`, node.type.shape, "f64"));
  const tangentValues = wrt.map((node, i) => randomNumbers(size(node), i + 1, seed));
  const scalar = sum(mul(bar, output));
  const all = [...inputs, bar, ...tangents];
  const full: Tensors = {
    ...values,
    ȳ: barValues,
    ...Object.fromEntries(tangents.map((node, i) => [node.label as string, tangentValues[i]])),
  };
  const context = { given, wrt, bar, tangents, tangentValues, scalar, all, full };
  const reverse = adjoint(context);
  // Derivatives of the wrong shape are no start for a second one.
  if (reverse.check === WRONG_SHAPE) return [reverse];
  return [
    ...forwardMode(context),
    reverse,
    ...(given.orders === 2 ? [...wrt.map((_, i) => secondOrder(context, i)), compositions(context)] : []),
    batchRule(context),
  ];
}

interface Context {
  readonly given: GraphCheck;
  readonly wrt: readonly Expr[];
  readonly bar: Expr;
  readonly tangents: readonly Expr[];
  readonly tangentValues: readonly Float64Array[];
  readonly scalar: Expr;
  readonly all: readonly Expr[];
  readonly full: Tensors;
}

/** For each input alone: ⟨ȳ, ẏ⟩ by the rule, by differences, and by a complex step where there is one. */
function forwardMode({ given, wrt, tangents, tangentValues, scalar, all, full }: Context): Finding[] {
  return wrt.flatMap((node, i) => {
    const name = node.label as string;
    const { slope } = run(all, { slope: jvp([scalar], [node], [tangents[i]])[0] }, full);
    const along = (at: number): number => {
      const moved = given.values[name].map((value, j) => value + at * tangentValues[i][j]);
      return run(all, { scalar }, { ...full, [name]: moved }).scalar[0];
    };
    const { measured, verdict, relativeError } = checkDerivative(along, 0, slope[0]);
    const message = `the rule says ${slope[0]}, differences ${measured}`;
    const complex = complexStep(scalar, full, { [name]: tangentValues[i] });
    const scale = 1e-9 * Math.abs(along(0));
    return [
      {
        check: `forward mode by ${name}`,
        verdict,
        error: relativeError,
        ...explained(verdict, message),
      },
      ...(complex === undefined || verdict === "kink" || verdict === "no derivative"
        ? []
        : [
            compared(
              `complex step by ${name}`,
              slope[0],
              complex,
              scale,
              ROUNDING,
              "the rule and the complex step say",
            ),
          ]),
    ];
  });
}

function adjoint({ given, wrt, bar, tangents, all, full }: Context): Finding {
  const [dots] = jvp([given.output], wrt, tangents);
  const bars = vjp([given.output], wrt, [bar]);
  const wrong = bars.findIndex((node, i) => !sameType(node.type, wrt[i].type));
  if (wrong >= 0) {
    const message = `the derivative by ${wrt[wrong].label} is ${printType(bars[wrong].type)}, expected ${printType(wrt[wrong].type)}`;
    return { check: WRONG_SHAPE, verdict: "mismatch", error: 0, message };
  }
  const outputs = { dots, ...Object.fromEntries(bars.map((node, i) => [`bar${i}`, node])) };
  const found = run(all, outputs, full);
  const forward = dotOf(full.ȳ, found.dots);
  const backward = wrt.reduce((total, _, i) => total + dotOf(found[`bar${i}`], full[tangents[i].label as string]), 0);
  const scale = Math.sqrt(dotOf(full.ȳ, full.ȳ) * dotOf(found.dots, found.dots)) * 1e-3;
  return compared("reverse mode: adjoint of forward mode", forward, backward, scale, ROUNDING, "⟨ȳ, ẏ⟩ and ⟨x̄, ẋ⟩ are");
}

/**
 * ⟨uᵢ, H u⟩ for the Hessian H of ⟨ȳ, y⟩, its rows of one input by all columns: forward over reverse against differences of
 * the gradient along all inputs. (⟨uᵢ, H uᵢ⟩ alone would not see a wrong mixed derivative, as of a product.)
 */
function secondOrder({ wrt, tangents, tangentValues, scalar, all, full }: Context, i: number): Finding {
  const slope = sum(mul(gradients(scalar, [wrt[i]])[0], tangents[i]));
  const { curvature } = run(all, { curvature: jvp([slope], wrt, tangents)[0] }, full);
  const along = (at: number): number => {
    const moved = wrt.map(({ label }, k): [string, Float64Array] => [
      label as string,
      Float64Array.from(full[label as string], (value, j) => value + at * tangentValues[k][j]),
    ]);
    return run(all, { slope }, { ...full, ...Object.fromEntries(moved) }).slope[0];
  };
  const { measured, verdict, relativeError } = checkDerivative(along, 0, curvature[0]);
  const message = `the rules say ${curvature[0]}, differences of the gradient ${measured}`;
  return {
    check: `second order by ${wrt[i].label}`,
    verdict,
    error: relativeError,
    ...explained(verdict, message),
  };
}

/** ⟨u, H u⟩ by every composition of the modes, which differentiate the rules of both: the worst against forward over reverse. */
function compositions({ given, wrt, bar, tangents, scalar, all, full }: Context): Finding {
  const [dot] = jvp([given.output], wrt, tangents);
  const pullback = vjp([given.output], wrt, [bar]);
  const along = (parts: readonly Expr[]): Expr =>
    parts.map((part, i) => sum(mul(part, tangents[i]))).reduce((left, right) => add(left, right));
  const ways = {
    "forward over reverse": along(jvp(gradients(scalar, wrt), wrt, tangents)),
    "forward over forward": sum(mul(bar, jvp([dot], wrt, tangents)[0])),
    "reverse over forward": along(gradients(sum(mul(bar, dot)), wrt)),
    "reverse over reverse": along(vjp(pullback, wrt, tangents)),
  };
  const found = run(all, ways, full);
  const [[first, expected], ...others] = Object.entries(found).map(([way, values]): [string, number] => [
    way,
    values[0],
  ]);
  // ⟨ȳ, ·⟩ of numbers of order 1 that may cancel.
  const scale = 1e-3 * Math.sqrt(dotOf(full[bar.label as string], full[bar.label as string]));
  const compare = ([way, value]: [string, number]): Finding =>
    compared("second order: compositions of both modes", expected, value, scale, ROUNDING, `${first} and ${way} say`);
  return others.map(compare).sort((a, b) => b.error - a.error)[0];
}

/** The output for three values of each input at once against each alone. */
function batchRule({ given, wrt, tangentValues }: Context): Finding {
  const { inputs, output, values } = given;
  const shifted = (node: Expr, k: number): Float64Array => {
    const at = wrt.indexOf(node);
    const own = values[node.label as string];
    return at < 0 ? own : own.map((value, j) => value + 1e-3 * k * tangentValues[at][j]);
  };
  const stacks = wrt.map((node) => input(`${node.label} batch`, [BATCH, ...node.type.shape], "f64"));
  const [many] = batch([output], new Map(wrt.map((node, i) => [node, { expr: stacks[i], axis: 0 }])), BATCH);
  const expected = [BATCH, ...output.type.shape];
  if (sizeOf(many.type.shape) !== sizeOf(expected)) {
    return {
      check: "batch rule",
      verdict: "mismatch",
      error: 0,
      message: `shape [${many.type.shape}], expected [${expected}]`,
    };
  }
  const alone = Array.from(
    { length: BATCH },
    (_, k) =>
      run(inputs, { output }, Object.fromEntries(inputs.map((node) => [node.label as string, shifted(node, k)])))
        .output,
  );
  const stacked = stacks.map((node, i) => [
    node.label as string,
    Array.from({ length: BATCH }, (_, k) => [...shifted(wrt[i], k)]).flat(),
  ]);
  const together = run([...inputs, ...stacks], { many }, { ...values, ...Object.fromEntries(stacked) }).many;
  const single = alone.flatMap((one) => Array.from(one));
  const worst = single.reduce((most, value, i) => Math.max(most, Math.abs(value - together[i])), 0);
  const scale = single.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
  return compared(
    "batch rule",
    worst + scale,
    scale,
    scale,
    ROUNDING,
    "largest value with and without the batch's error",
    "mismatch",
  );
}
