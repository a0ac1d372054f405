/** What a network is trained to make small, as graph: the loss of a batch, the outputs, and every gradient. */
import { gradients } from "../autodiff/reverse.ts";
import { type Expr, topological } from "../graph/expr.ts";
import { type Program, program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import { targetInput } from "../nn/losses.ts";
import { type Forward, initialBuffers, outputsOf } from "../nn/network.ts";
import { input } from "../ops/source.ts";
import { objective, parameterInputs } from "../train/objective.ts";
import type { Batch } from "./batch.ts";
import type { Net, NetTensors } from "./net.ts";
import type { Preparation } from "./preparation.ts";

/** A network's loss on rows as graph, with its inputs by their role. */
export interface ObjectiveGraph {
  /** The inputs that a gradient is taken by: every parameter in the order of the layers, then x or the columns it is made from. */
  readonly variables: Readonly<Record<string, Expr>>;
  readonly parameters: readonly Expr[];
  readonly x: Expr;
  /** As the loss takes it: labels [rows], or values [rows, outputs]. */
  readonly target: Expr;
  /** All other inputs: running statistics, target, weight. */
  readonly given: readonly Expr[];
  readonly layers: Forward["layers"];
  readonly outputs: Expr;
  /** What each row costs, [rows]. */
  readonly rows: Expr;
  /** The rows' losses put together, with the regularisers. */
  readonly loss: Expr;
}

/**
 * The graph for batches of this many rows. Nothing random is in it: dropout is off, batch norm uses what it has learnt.
 * @param prepared what x and the target are made from (in float64), where they are not given themselves
 */
export function objectiveGraph(
  net: Net,
  batch: Pick<Batch, "rows" | "weight">,
  dtype: FloatType,
  prepared?: Preparation,
): ObjectiveGraph {
  const { network, objective: spec } = net;
  const { rows } = batch;
  const carried = parameterInputs(network, dtype);
  const x = prepared?.x ?? input("x", [rows, network.inputs], dtype);
  const target = prepared?.target ?? targetInput(spec.loss, "target", rows, outputsOf(network), dtype);
  const weight = batch.weight && input("weight", [rows], dtype);
  const context = { training: false, ...(weight ? { weight } : {}) };
  const built = objective({ network, ...spec }, carried, { x, target }, context);
  const columns = prepared?.columns.map((node) => [node.label as string, node]) ?? [["x", x]];
  return {
    variables: { ...carried.params, ...Object.fromEntries(columns) },
    parameters: Object.values(carried.params),
    x,
    target,
    given: [
      ...(prepared?.given ?? []),
      ...Object.values(carried.buffers),
      ...(prepared?.target === undefined ? [target] : []),
      ...(weight ? [weight] : []),
    ],
    layers: built.layers,
    outputs: built.output,
    rows: built.rowLosses,
    loss: built.loss,
  };
}

/** Everything that is written before a run. */
export const inputsOf = ({ variables, given }: ObjectiveGraph): Expr[] => [...Object.values(variables), ...given];

/** The name of an output: "∂L/∂W1". */
export const gradientName = (variable: string): string => `∂L/∂${variable}`;

/** The program with the outputs "loss", "outputs" and "∂L/∂…" for each variable. */
export function gradientProgram(graph: ObjectiveGraph): Program {
  const { variables, outputs, loss } = graph;
  const slopes = gradients(loss, Object.values(variables));
  const named = Object.keys(variables).map((name, i) => [gradientName(name), slopes[i]]);
  return program("gradient", inputsOf(graph), { loss, outputs, ...Object.fromEntries(named) });
}

/** The values of all inputs of an objective by name. Running statistics that are not given start as in training. */
export function objectiveValues(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  prepared?: Pick<Preparation, "values" | "target">,
): NetTensors {
  const { x, y, weight } = batch;
  const given = {
    ...(prepared === undefined ? { x } : {}),
    ...(prepared?.target === undefined ? { target: y } : {}),
    ...(weight ? { weight } : {}),
  };
  return { ...initialBuffers(net.network), ...tensors, ...given, ...prepared?.values };
}

/** What the network's own nodes are called: "x", "W1", "z1", …, "target", "L". */
export function takenNames(net: Net): ReadonlySet<string> {
  const graph = objectiveGraph(net, { rows: 1, weight: Float64Array.of(1) }, "f64");
  const nodes = [...inputsOf(graph), ...topological([graph.loss])];
  return new Set(nodes.flatMap(({ label }) => (label === undefined ? [] : [label])));
}
