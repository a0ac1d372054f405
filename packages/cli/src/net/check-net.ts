/** Every gradient of a network against two witnesses: finite differences of the loss, and forward mode. */
import { type Expr, evaluate, input, jvp, normalAt, type Program, program, referenceEngine } from "@chaingrad/core";
import { checkGradients, complexStep, type TensorCheck, type Verdict, worstFirst } from "@chaingrad/core/check";
import { UserError } from "../table/errors.ts";
import type { Batch } from "./batch.ts";
import { computeGradients, type Gradients } from "./gradients.ts";
import type { Net } from "./net-document.ts";
import { inputsOf, type ObjectiveGraph, objectiveGraph, objectiveValues, type Tensors } from "./objective.ts";

export interface VariableCheck extends TensorCheck {
  readonly shape: readonly number[];
  /** ∇L · v by forward mode against the claimed gradient, for a random direction v: the relative error over all entries. */
  readonly forwardError: number;
  /** The worst entry by forward mode, along that entry alone. */
  readonly forward: number;
  /** The worst entry by a complex step; undefined where the loss has none (erf), or a corner lies there. */
  readonly complex: number | undefined;
}

/** Above this many entries altogether only a sample of each tensor is compared. */
const MOST_ENTRIES = 2000;
const SAMPLE = 50;
/** Both modes round differently, and no more than that. */
const FORWARD_TOLERANCE = 1e-9;

/** Checks each variable's gradient in float64 on the reference engine, the worst first. */
export function checkNet(
  net: Net,
  tensors: Tensors,
  batch: Batch,
  claimed: Gradients = computeGradients(net, tensors, batch, referenceEngine, "f64"),
): VariableCheck[] {
  if (!Number.isFinite(claimed.loss)) {
    throw new UserError(
      "the loss is not finite on these rows: there is nothing to compare",
      "Try smaller inputs or weights.",
    );
  }
  const graph = objectiveGraph(net, batch, "f64");
  const values = objectiveValues(net, tensors, batch);
  const gradients = Object.fromEntries(Object.entries(claimed.gradients).map(([name, { values }]) => [name, values]));
  const total = Object.values(gradients).reduce((sum, { length }) => sum + length, 0);
  const checks = checkGradients(lossAt(graph, values), values, gradients, {
    magnitude: magnitudeOf(net, claimed, batch),
    ...(total > MOST_ENTRIES ? { most: SAMPLE } : {}),
  });
  const slopes = forwardSlopes(graph, values, randomDirections(values, Object.keys(gradients)));
  const worst = Object.fromEntries(
    checks.map(({ name, entries }) => [name, unit(values[name].length, entries[0].index)]),
  );
  const atWorst = forwardSlopes(graph, values, worst);
  return checks
    .map((check) => {
      const { name } = check;
      const forwardError = slopeError(slopes[name], gradients[name], claimed.loss);
      const verdict: Verdict = forwardError <= FORWARD_TOLERANCE ? check.verdict : "mismatch";
      const complex = complexStep(graph.loss, values, { [name]: worst[name] });
      const { shape } = graph.variables[name].type;
      return { ...check, shape, forwardError, forward: atWorst[name].slope, complex, verdict };
    })
    .sort((a, b) => worstFirst(a.verdict, b.verdict) || b.entries[0].relativeError - a.entries[0].relativeError);
}

/** The loss with one tensor replaced. */
function lossAt(graph: ObjectiveGraph, values: Tensors): (name: string, moved: Float64Array) => number {
  const executable = referenceEngine.compile(program("loss", inputsOf(graph), { loss: graph.loss }));
  for (const [name, given] of Object.entries(values)) executable.write(name, given);
  return (name, moved) => {
    executable.write(name, moved);
    executable.run();
    executable.write(name, values[name]);
    return executable.read("loss")[0];
  };
}

/** The size of the numbers that the loss adds up: it may be small because large ones cancel. */
function magnitudeOf({ reduction }: Net, { loss, outputs }: Gradients, { y, rows }: Batch): number {
  const largest = [...Array.from(outputs.values), ...y].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return Math.max(Math.abs(loss), reduction === "sum" ? rows * largest : largest);
}

interface Slope {
  /** ∂L/∂variable along the direction, by forward mode. */
  readonly slope: number;
  readonly direction: Float64Array;
}

function unit(size: number, index: number): Float64Array {
  const direction = new Float64Array(size);
  direction[index] = 1;
  return direction;
}

const randomDirections = (values: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.map((name, stream) => [name, values[name].map((_, i) => normalAt([0, 0], stream, i))]));

/** How fast the loss changes along each variable's direction, by forward mode. */
function forwardSlopes(graph: ObjectiveGraph, values: Tensors, directions: Tensors): Record<string, Slope> {
  const names = Object.keys(directions);
  const tangents = Object.fromEntries(names.map((name) => [tangentName(name), directions[name]]));
  const results = evaluate(referenceEngine, forwardProgram(graph, names), { ...values, ...tangents });
  return Object.fromEntries(names.map((name) => [name, { slope: results[name][0], direction: directions[name] }]));
}

const tangentName = (variable: string): string => `${variable}̇`;

/** The loss's tangent for a tangent of each variable alone. */
function forwardProgram(graph: ObjectiveGraph, names: readonly string[]): Program {
  const { variables, loss } = graph;
  const tangents = names.map((name) => input(tangentName(name), variables[name].type.shape, "f64"));
  const slopes = names.map((name, i): [string, Expr] => [name, jvp([loss], [variables[name]], [tangents[i]])[0]]);
  return program("forward mode", [...inputsOf(graph), ...tangents], Object.fromEntries(slopes));
}

/** |L̇ − ∇L · v| over what rounding of the terms ∇Lᵢ vᵢ and of the loss makes of it. */
function slopeError({ slope, direction }: Slope, gradient: ArrayLike<number>, loss: number): number {
  const terms = Array.from(direction, (v, i) => v * gradient[i]);
  const difference = Math.abs(slope - terms.reduce((a, b) => a + b, 0));
  const scale = terms.reduce((a, b) => a + Math.abs(b), 1e-6 * Math.max(1, Math.abs(loss)));
  return difference / scale;
}
