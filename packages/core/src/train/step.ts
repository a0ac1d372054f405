/**
 * A train step as one program: gather the batch's rows, forward, loss, the chain rule, clipping, the optimizer's update.
 * The whole table stays in the engine's memory; a step only says which rows, at which rate.
 */
import { differentiating } from "../autodiff/reverse.ts";
import { type Expr, label } from "../graph/expr.ts";
import { type Program, program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import { finish, inParts, type Work } from "../graph/work.ts";
import { gatherRows } from "../ops/rows.ts";
import { input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { clipByGlobalNorm, clipByValue } from "../optim/first-order/clip.ts";
import { type Hyper, type Optimizer, ownHyper } from "../optim/first-order/optimizer.ts";
import {
  type CarriedInputs,
  type ObjectiveGraph,
  type ObjectiveSpec,
  objective,
  parameterInputs,
  rowInputs,
} from "./objective.ts";
import type { Tensors } from "./tensors.ts";

/** What a training step is made for: network, loss, optimizer, shapes. */
export interface StepSpec extends Omit<ObjectiveSpec, "reduction"> {
  readonly optimizer: Optimizer;
  /** Largest norm of the whole gradient, or largest size of each of its elements. */
  readonly clip?: { readonly norm?: number; readonly value?: number } | undefined;
  readonly batch: number;
  /** Rows of the table, the padding row included. */
  readonly rows: number;
  readonly dtype: FloatType;
}

/** The same where the strengths of regularisers may be inputs of the program. */
export type StepGraph = Omit<StepSpec, "l1" | "l2"> & Pick<ObjectiveGraph, "l1" | "l2">;

/** A train step as a program, and what it carries to the next. */
export interface TrainStep {
  readonly program: Program;
  /** Parameters, optimizer state and running statistics: what a step carries to the next. */
  readonly carried: readonly string[];
}

/** The name of an optimizer's state tensor: "W1/m". */
export const stateName = (parameter: string, state: string): string => `${parameter}/${state}`;

/** What a step carries, before the first: tensors, and the optimizer's state of those that it moves. */
export function startState(
  { carried }: Pick<TrainStep, "carried">,
  { state }: Pick<Optimizer, "state">,
  start: Tensors,
  rateOf: (name: string) => number,
): Tensors {
  const names = new Set(carried);
  const all: Record<string, ArrayLike<number>> = { ...start };
  for (const name of Object.keys(start)) {
    for (const [part, value] of Object.entries(state)) {
      const own = stateName(name, part);
      if (!names.has(own)) continue; // running statistics have no state
      all[own] = new Float64Array(start[name].length).fill(value === "rate" ? rateOf(name) : value);
    }
  }
  return all;
}

/** One training step as a program. Throws as `objective` and the optimizer do. */
export function trainStep(spec: StepSpec): TrainStep {
  return finish(buildingStep(spec));
}

/** The same in parts. @param strengths those of regularisers that are inputs */
export function* buildingStep(spec: StepGraph, strengths: readonly Expr[] = []): Work<TrainStep> {
  const { network, dtype } = spec;
  const carriedInputs = parameterInputs(network, dtype);
  const data = rowInputs(spec, spec.rows, dtype, "data/");
  const rows = input("rows", [spec.batch], "i32");
  const hyper = { rate: input("rate", [], dtype), step: input("step", [], dtype) };
  const key = input("key", [2], "i32");

  const x = label(gatherRows(data.x, rows), "x");
  const weight = gatherRows(data.weight, rows);
  const batch = { x, target: gatherRows(data.y, rows), weight, key };
  const gradient = yield* buildingGradient(spec, carriedInputs, batch);
  const { carried, state } = yield* buildingUpdate(spec, carriedInputs.params, gradient.gradients, hyper);
  const all = { ...gradient.buffers, ...carried };
  const { params, buffers } = carriedInputs;
  const inputs = [...Object.values(params), ...state, ...Object.values(buffers), ...Object.values(data), ...strengths];
  return {
    program: program("train step", [...inputs, rows, hyper.rate, hyper.step, key], {
      loss: gradient.loss,
      weight: sum(weight),
      ...all,
    }),
    carried: Object.keys(all),
  };
}

/** Rows of a batch, their weights, and what decides which activations are dropped. */
export interface BatchInputs {
  readonly x: Expr;
  readonly target: Expr;
  readonly weight: Expr;
  readonly key: Expr;
}

interface GradientGraph {
  /** Regularisers not included. */
  readonly loss: Expr;
  /** By each parameter, as the objective has it: neither clipped nor changed by the optimizer. */
  readonly gradients: readonly Expr[];
  /** The next running statistics. */
  readonly buffers: Readonly<Record<string, Expr>>;
}

/** The first half of a step: what a batch says of the parameters. */
export function* buildingGradient(
  spec: ObjectiveGraph,
  inputs: CarriedInputs,
  { x, target, weight, key }: BatchInputs,
): Work<GradientGraph> {
  const result = objective(spec, inputs, { x, target }, { training: true, key, weight });
  yield;
  const gradients = yield* differentiating(result.loss, Object.values(inputs.params));
  return { loss: result.dataLoss, gradients, buffers: result.buffers };
}

interface UpdateGraph {
  /** The next parameters, and the next state of the optimizer. */
  readonly carried: Readonly<Record<string, Expr>>;
  /** Inputs for its state. */
  readonly state: readonly Expr[];
}

/** The second half: what the optimizer makes of a gradient, wherever it came from. */
export function* buildingUpdate(
  { optimizer, clip: limits }: Pick<StepSpec, "optimizer" | "clip">,
  params: CarriedInputs["params"],
  gradients: readonly Expr[],
  hyper: Hyper,
): Work<UpdateGraph> {
  const clipped = clip(gradients, limits);
  const carried: Record<string, Expr> = {};
  const state: Expr[] = [];
  yield* inParts(Object.keys(params).entries(), ([i, name]) => {
    const { type, within } = params[name];
    const { shape, dtype } = type;
    const own = Object.fromEntries(
      Object.keys(optimizer.state).map((part) => [part, input(stateName(name, part), shape, dtype, within)]),
    );
    state.push(...Object.values(own));
    const updated = optimizer.update(params[name], clipped[i], own, ownHyper(params[name], hyper));
    carried[name] = updated.param;
    for (const [part, value] of Object.entries(updated.state)) carried[stateName(name, part)] = value;
  });
  yield;
  return { carried, state };
}

function clip(gradient: readonly Expr[], limits: StepSpec["clip"]): readonly Expr[] {
  const bounded = limits?.value === undefined ? gradient : clipByValue(gradient, limits.value);
  return limits?.norm === undefined ? bounded : clipByGlobalNorm(bounded, limits.norm);
}
