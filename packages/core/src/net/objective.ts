/** What a network is trained to make small, as graph: the loss of a batch, the outputs, and every gradient. */
import { gradients } from "../autodiff/reverse.ts";
import type { Expr } from "../graph/expr.ts";
import { type Program, program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import { buffersOf, type Forward } from "../nn/network.ts";
import { input } from "../ops/source.ts";
import { objective, parameterInputs } from "../train/objective.ts";
import type { Batch } from "./batch.ts";
import { type Net, type NetTensors, outputsOf } from "./net.ts";

/** A network's loss on rows as graph, with its inputs by their role. */
export interface ObjectiveGraph {
  /** The inputs that a gradient is taken by: every parameter in the order of the layers, then x. */
  readonly variables: Readonly<Record<string, Expr>>;
  /** All other inputs: running statistics, target, weight. */
  readonly given: readonly Expr[];
  readonly layers: Forward["layers"];
  readonly outputs: Expr;
  /** What each row costs, [rows]. */
  readonly rows: Expr;
  /** The rows' losses put together, with the regularisers. */
  readonly loss: Expr;
}

/** The graph for batches of this many rows. Nothing random is in it: dropout is off, batch norm uses what it has learnt. */
export function objectiveGraph(net: Net, batch: Pick<Batch, "rows" | "weight">, dtype: FloatType): ObjectiveGraph {
  const { network, loss } = net;
  const { rows } = batch;
  const carried = parameterInputs(network, dtype);
  const x = input("x", [rows, network.inputs], dtype);
  const target =
    loss.target === "labels" ? input("target", [rows], "i32") : input("target", [rows, outputsOf(network)], dtype);
  const weight = batch.weight && input("weight", [rows], dtype);
  const context = { training: false, ...(weight ? { weight } : {}) };
  const built = objective(net, carried, { x, target }, context);
  return {
    variables: { ...carried.params, x },
    given: [...Object.values(carried.buffers), target, ...(weight ? [weight] : [])],
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
export function objectiveValues(net: Net, tensors: NetTensors, batch: Batch): NetTensors {
  const statistics = buffersOf(net.network).map(({ name, shape, initial }) => [
    name,
    new Float64Array(shape[0]).fill(initial),
  ]);
  const { x, y, weight } = batch;
  return { ...Object.fromEntries(statistics), ...tensors, x, target: y, ...(weight ? { weight } : {}) };
}
