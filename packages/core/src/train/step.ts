/**
 * A train step as one program: gather the batch's rows, forward, loss, the chain rule, clipping, the optimiser's update.
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
import { clipByGlobalNorm, clipByValue } from "../optim/clip.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type ObjectiveSpec, objective, parameterInputs } from "./objective.ts";

/** What a training step is made for: network, loss, optimiser, shapes. */
export interface StepSpec extends Omit<ObjectiveSpec, "reduction"> {
  readonly optimizer: Optimizer;
  /** Largest norm of the whole gradient, or largest size of each of its elements. */
  readonly clip?: { readonly norm?: number; readonly value?: number } | undefined;
  readonly batch: number;
  /** Rows of the table, the padding row included. */
  readonly rows: number;
  readonly dtype: FloatType;
}

/** A train step as a program, and what it carries to the next. */
export interface TrainStep {
  readonly program: Program;
  /** Parameters, optimiser state and running statistics: what a step carries to the next. */
  readonly carried: readonly string[];
}

/** The name of an optimiser's state tensor: "W1/m". */
export const stateName = (parameter: string, state: string): string => `${parameter}/${state}`;

/** One training step as a program. Throws as `objective` and the optimiser do. */
export function trainStep(spec: StepSpec): TrainStep {
  return finish(buildingStep(spec));
}

/** The same in parts. */
export function* buildingStep(spec: StepSpec): Work<TrainStep> {
  const { network, loss, optimizer, dtype } = spec;
  const carriedInputs = parameterInputs(network, dtype);
  const { params, buffers } = carriedInputs;
  const outputs = network.layers[network.layers.length - 1].units;
  const data = {
    x: input("data/x", [spec.rows, network.inputs], dtype),
    y: loss.target === "labels" ? input("data/y", [spec.rows], "i32") : input("data/y", [spec.rows, outputs], dtype),
    weight: input("data/weight", [spec.rows], dtype),
  };
  const rows = input("rows", [spec.batch], "i32");
  const hyper = { rate: input("rate", [], dtype), step: input("step", [], dtype) };
  const key = input("key", [2], "i32");

  const x = label(gatherRows(data.x, rows), "x");
  const weight = gatherRows(data.weight, rows);
  const batch = { x, target: gatherRows(data.y, rows) };
  const result = objective(spec, carriedInputs, batch, { training: true, key, weight });
  const names = Object.keys(params);
  yield;
  const raw = yield* differentiating(result.loss, Object.values(params));
  const clipped = clip(raw, spec.clip);

  const carried: Record<string, Expr> = { ...result.buffers };
  const state: Expr[] = [];
  yield* inParts(names.entries(), ([i, name]) => {
    const own = Object.fromEntries(
      Object.keys(optimizer.state).map((part) => [part, input(stateName(name, part), params[name].type.shape, dtype)]),
    );
    state.push(...Object.values(own));
    const updated = optimizer.update(params[name], clipped[i], own, hyper);
    carried[name] = updated.param;
    for (const [part, value] of Object.entries(updated.state)) carried[stateName(name, part)] = value;
  });
  yield;
  const inputs = [...Object.values(params), ...state, ...Object.values(buffers), ...Object.values(data)];
  return {
    program: program("train step", [...inputs, rows, hyper.rate, hyper.step, key], {
      loss: result.dataLoss,
      weight: sum(weight),
      ...carried,
    }),
    carried: Object.keys(carried),
  };
}

function clip(gradient: readonly Expr[], limits: StepSpec["clip"]): readonly Expr[] {
  const bounded = limits?.value === undefined ? gradient : clipByValue(gradient, limits.value);
  return limits?.norm === undefined ? bounded : clipByGlobalNorm(bounded, limits.norm);
}
