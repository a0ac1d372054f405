/** The views that a reader may ask for by name, each as blocks. */
import { fit, type OptimizerName, optimizers, wasmEngine } from "@chaingrad/core";
import type { MinimizerName } from "@chaingrad/core/curvature";
import {
  type Block,
  batchView,
  contractedView,
  type Explained,
  type ExplainedTarget,
  explainApart,
  forwardView,
  fusionView,
  givenView,
  overview,
  parseTarget,
  type SearchStart,
  searchView,
  symbolsView,
  updateView,
  views,
} from "@chaingrad/core/explain";
import { refusal, UserError } from "@chaingrad/core/user-error";
import type { PreparedRows } from "../chain/prepare-rows.ts";
import { namesOf } from "../table/names.ts";
import { columnBlocks } from "./chain.ts";
import type { ChosenRows, OpenedNetwork } from "./opened.ts";

/** Every view by its name; "all" is all that can be shown. */
export const VIEWS = [
  "forward",
  "jacobian",
  "contracted",
  "index",
  "paths",
  "batch",
  "fusion",
  "update",
  "closed",
  "columns",
  "all",
] as const;
/** A view's name, or "all". */
export type Shown = (typeof VIEWS)[number];

/** Whose step the view "update" shows where none is named: the plain one. */
export const DEFAULT_OPTIMIZER: OptimizerName = "sgd";

/** What a view is of. */
export interface ViewContext {
  readonly of: Explained;
  readonly target: ExplainedTarget | undefined;
  readonly opened: OpenedNetwork;
  readonly batch: ChosenRows;
  /** Where the chain starts: "loss", "prediction", or a class. */
  readonly from: string;
  /** What the network's rows are made from, where columns are followed. */
  readonly prepared: PreparedRows | undefined;
  /** Whose step the view "update" shows: a first-order method, or a minimizer by its name. */
  readonly optimizer: string;
  /** Its learning rate; by default its own. */
  readonly rate: number | undefined;
  /** Which step of the optimizer, from 1. */
  readonly step: number;
}

/** Without a view the whole derivation, or of one target what leads to it. Throws UserError where a view cannot be shown. */
export async function viewBlocks(context: ViewContext, view: Shown | undefined): Promise<Block[]> {
  const { of, target } = context;
  const columns = of.problem.columns === undefined ? [] : columnBlocks(context.opened, context.batch, context.from);
  if (view === undefined && target === undefined) return [...overview(of), ...columns];
  if (view !== undefined && view !== "all") {
    const own = await one(context, view);
    const blocks = view === "forward" ? [...givenView(of), ...own] : own;
    return [...symbolsView(of, { whole: false, blocks }), ...blocks];
  }
  const element = target?.index === undefined ? [] : forwardView(of, target);
  const backward =
    view === "all" ? await all(context) : [...(await one(context, "contracted")), ...(await one(context, "index"))];
  const isColumn = target !== undefined && of.problem.columns?.includes(target.node);
  const own = view === undefined && isColumn ? columns : [];
  const blocks = [...givenView(of), ...forwardView(of), ...element, ...backward, ...own];
  return [...symbolsView(of, { whole: false, blocks }), ...blocks];
}

/** All views that can be shown; of the others the reason. */
async function all(context: ViewContext): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const view of VIEWS) {
    if (view === "all" || view === "forward") continue;
    try {
      blocks.push(...(await one(context, view)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      blocks.push({ kind: "paragraph", text: { key: "left-out", values: { view, reason: error.message } } });
    }
  }
  return blocks;
}

async function one(context: ViewContext, view: Exclude<Shown, "all">): Promise<Block[]> {
  const { of } = context;
  if (view === "columns") return columns(context);
  if (of.problem.top === "prediction" && (view === "update" || view === "fusion" || view === "batch"))
    throw new UserError(`the view ${view} is about the loss, not about a prediction`, "It can be shown from the loss.");
  if (view === "forward") return refusal(() => forwardView(of, context.target));
  if (view === "update") return update(context);
  if (view === "fusion") return fusion(context);
  if (view === "contracted" && context.target === undefined) return contractedView(of);
  const target = context.target ?? parseTarget(of, of.problem.parameters[0].label as string);
  const { rowNumbers } = context.batch;
  if (view === "batch") return refusal(() => batchView(of, target, (row) => rowNumbers?.[row] ?? row + 1));
  return refusal(() => views[view](of, target));
}

function columns({ opened, batch, from }: ViewContext): Block[] {
  const blocks = columnBlocks(opened, batch, from);
  if (blocks.length > 0) return blocks;
  throw new UserError("the view columns is of one row of a model's table, with columns of numbers or dates");
}

function fusion({ of, opened, batch, prepared }: ViewContext): Block[] {
  const names = opened.model && namesOf(opened.model);
  const apart = explainApart(opened, opened.tensors, batch, { prepared, names });
  if (apart === undefined) {
    return [{ kind: "paragraph", text: { key: "fusion.none", values: { loss: opened.objective.loss.name } } }];
  }
  return refusal(() => fusionView(of, apart));
}

async function update(context: ViewContext): Promise<Block[]> {
  const { of, target, optimizer, rate } = context;
  if (Object.hasOwn(optimizers, optimizer)) {
    const rule = optimizers[optimizer as OptimizerName]();
    const parameter = target && of.problem.parameters.find((node) => node === target.node);
    if (target !== undefined && parameter === undefined)
      throw new UserError(`${target.name} is no parameter: nothing updates it`);
    return updateView(of, rule, { rate: rate ?? rule.defaultRate, step: context.step }, parameter);
  }
  return search(context);
}

/** An accepted step of a second-order method on the batch, from where the weights are. */
async function search({ of, opened, batch, optimizer, step }: ViewContext): Promise<Block[]> {
  const { network, objective, tensors } = opened;
  const { minimizers } = await import("@chaingrad/core/curvature");
  const isMethod = (name: string): name is MinimizerName => Object.hasOwn(minimizers, name);
  if (!isMethod(optimizer)) {
    const known = [...Object.keys(optimizers), ...Object.keys(minimizers)].join(", ");
    throw new UserError(`optimizer: '${optimizer}' has no step to show`, `It can be ${known}.`, {
      option: "optimizer",
    });
  }
  const { loss, l2 = 0 } = objective;
  const options = { loss, l2, engine: await wasmEngine(), optimizer: minimizers[optimizer](), epochs: step };
  const flat = of.problem.parameters.flatMap(({ label: name }) => Array.from(of.numbers[name as string]));
  let before: SearchStart = { objective: of.numbers.L[0], x: flat };
  const data = { train: { x: batch.x, y: batch.y } };
  for await (const event of fit(network, data, { ...options, initial: tensors })) {
    if (event.type !== "epoch" || event.iteration === undefined) continue;
    if (event.epoch === step) return searchView(optimizer, before, event.iteration);
    before = { objective: event.iteration.objective, x: event.iteration.x.slice() };
  }
  throw new UserError(`${optimizer} takes no step ${step} here: the gradient is zero, or no step lowers the loss`);
}
