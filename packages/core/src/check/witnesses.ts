/** The witnesses of a loss's derivatives: its values, forward mode, and complex steps. None of them knows reverse mode. */
import { complexSteps } from "../autodiff/complex-step.ts";
import type { DerivativeCheck, Verdict } from "../autodiff/differences.ts";
import { jvp } from "../autodiff/forward.ts";
import { nearby, verifiedNearby } from "../engines/reference/nearby.ts";
import { program } from "../graph/program.ts";
import type { NetTensors } from "../net/net.ts";
import { inputsOf, type ObjectiveGraph } from "../net/objective.ts";
import { normalAt } from "../ops/random.ts";
import { input } from "../ops/source.ts";

/** Independent ways to a derivative: forward mode, differences and the complex step. */
export interface Witnesses {
  /** The loss where one tensor holds other values. */
  lossAt(name: string, moved: ArrayLike<number>): number;
  /** The loss's derivative along a direction of one tensor, by forward mode. */
  forward(name: string, direction: Float64Array): number;
  /** The same by a complex step; undefined where the loss has none (erf), or a corner lies there. */
  complex(name: string, direction: Float64Array): number | undefined;
  /** Multiplications, about, that the loss takes where one entry of a tensor has moved: decides how many are looked at. */
  cost(name: string): number;
}

/** What all of them say of one claimed derivative. */
export interface Witnessed extends DerivativeCheck {
  readonly forward: number;
  readonly complex: number | undefined;
}

/** Everything in float64 by the reference engine's definitions, at `values` and near them. */
export function witnessesOf(graph: ObjectiveGraph, values: NetTensors): Witnesses {
  const loss = verifiedNearby(program("loss", inputsOf(graph), { loss: graph.loss }), values);
  const steps = complexSteps(graph.loss, values);
  return {
    lossAt: (name, moved) => loss.at(name, moved).loss[0],
    forward: forwardMode(graph, values),
    complex: (name, direction) => steps({ [name]: direction }),
    cost: loss.cost,
  };
}

/** L̇ for a tangent of one variable, those of all others 0. */
function forwardMode(graph: ObjectiveGraph, values: NetTensors): Witnesses["forward"] {
  const [names, nodes] = [Object.keys(graph.variables), Object.values(graph.variables)];
  const tangents = nodes.map((node, i) => input(`${names[i]}̇`, node.type.shape, "f64"));
  const [slope] = jvp([graph.loss], nodes, tangents);
  const still = names.map((name): [string, Float64Array] => [`${name}̇`, new Float64Array(values[name].length)]);
  const all = { ...values, ...Object.fromEntries(still) };
  const slopes = nearby(program("forward mode", [...inputsOf(graph), ...tangents], { slope }), all);
  return (name, direction) => slopes.at(`${name}̇`, direction).slope[0];
}

/** Modes and complex steps round differently, and no more than that. */
const TOLERANCE = 1e-9;

/** |a − b| over their size, or over `scale` where that is more: the size of what was added up, in which rounding shows. */
const relative = (a: number, b: number, scale: number): number => {
  const difference = Math.abs(a - b);
  return difference === 0 ? 0 : difference / Math.max(Math.abs(a), Math.abs(b), scale);
};

/**
 * The verdict of differences, held against the other witnesses: a derivative that forward mode or a complex step says is
 * another one is wrong, however well the differences agree. At a kink a complex step sees but one side.
 * @param scale the size of the numbers that the derivative adds up
 */
export function witnessed<T extends DerivativeCheck>(
  check: T,
  forward: number,
  complex: number | undefined,
  scale: number,
): T & Witnessed {
  const agrees = (other: number): boolean => relative(check.claimed, other, scale) <= TOLERANCE;
  const isRight = agrees(forward) && (complex === undefined || check.verdict === "kink" || agrees(complex));
  const verdict: Verdict = isRight || check.verdict === "no derivative" ? check.verdict : "mismatch";
  return { ...check, forward, complex, verdict };
}

export function unit(size: number, index: number): Float64Array {
  const direction = new Float64Array(size);
  direction[index] = 1;
  return direction;
}

/** A random direction of length 1. */
export function randomUnit(size: number, stream: number): Float64Array {
  const direction = Float64Array.from({ length: size }, (_, i) => normalAt([0, 0], stream, i));
  const length = Math.sqrt(direction.reduce((total, v) => total + v * v, 0));
  return direction.map((v) => v / length);
}
