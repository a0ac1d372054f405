/** The witnesses of a loss's derivatives: its values, forward mode, and complex steps. None of them knows reverse mode. */
import { complexSteps } from "../autodiff/complex-step.ts";
import type { DerivativeCheck, Verdict } from "../autodiff/differences.ts";
import { jvp } from "../autodiff/forward.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
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
}

/** What all of them say of one claimed derivative. */
export interface Witnessed extends DerivativeCheck {
  readonly forward: number;
  readonly complex: number | undefined;
}

/** Everything in float64 on the reference engine, at `values`. */
export function witnessesOf(graph: ObjectiveGraph, values: NetTensors): Witnesses {
  const steps = complexSteps(graph.loss);
  return {
    lossAt: lossAt(graph, values),
    forward: forwardMode(graph, values),
    complex: (name, direction) => steps(values, { [name]: direction }),
  };
}

function lossAt(graph: ObjectiveGraph, values: NetTensors): Witnesses["lossAt"] {
  const executable = referenceEngine.compile(program("loss", inputsOf(graph), { loss: graph.loss }));
  for (const [name, given] of Object.entries(values)) executable.write(name, given);
  let elsewhere: string | undefined;
  return (name, moved) => {
    // Large tensors take longer to write than small networks to run.
    if (elsewhere !== undefined && elsewhere !== name) executable.write(elsewhere, values[elsewhere]);
    elsewhere = name;
    executable.write(name, moved);
    executable.run();
    return executable.read("loss")[0];
  };
}

/** L̇ for a tangent of one variable, those of all others 0. */
function forwardMode(graph: ObjectiveGraph, values: NetTensors): Witnesses["forward"] {
  const names = Object.keys(graph.variables);
  const nodes = Object.values(graph.variables);
  const tangents = nodes.map((node, i) => input(`${names[i]}̇`, node.type.shape, "f64"));
  const [slope] = jvp([graph.loss], nodes, tangents);
  const executable = referenceEngine.compile(program("forward mode", [...inputsOf(graph), ...tangents], { slope }));
  for (const [name, given] of Object.entries(values)) executable.write(name, given);
  for (const name of names) executable.write(`${name}̇`, new Float64Array(values[name].length));
  return (name, direction) => {
    executable.write(`${name}̇`, direction);
    executable.run();
    executable.write(`${name}̇`, new Float64Array(direction.length));
    return executable.read("slope")[0];
  };
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
