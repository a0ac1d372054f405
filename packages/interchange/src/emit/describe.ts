/** What an emitted network is, in words: its layers and loss, what its inputs and outputs stand for, where its weights come from. */

import { type Layer, layersOf } from "@chaingrad/core";
import type { WeightedNet } from "@chaingrad/core/net";
import { codeOf, visible } from "@chaingrad/core/visible";
import {
  FEATURE_NOTATION,
  featureFormulas,
  type RegressionTarget,
  type SingleTarget,
  type TableModelData,
} from "@chaingrad/tables";

/** A network with its numbers; where it was trained on a table with what makes its rows of those. */
export type Emittable = WeightedNet & Partial<Pick<TableModelData, "encoder" | "target">>;

/** Paragraphs; a line break in one is the start of an item of a list. */
export function describe({ network, objective, origin, encoder, target }: Emittable): string[] {
  const { loss, reduction = "mean", l1, l2 } = objective;
  const all = layersOf(network);
  const layers = all.map(({ kind, spec }) => commented(kind.describe(spec)));
  const penalty = [l1 ? ` + ${l1} Σ|W|` : "", l2 ? ` + ${l2}/2 Σ W²` : ""].join("");
  const from = {
    trained: "The weights, at the end, are those of the trained model.",
    given: "The weights, at the end, are those of the given network.",
    initial: "The network is untrained: its weights, at the end, are drawn from the seed 0.",
  } satisfies Record<Emittable["origin"], string>;
  return [
    `A fully connected network, written by chaingrad emit: ${network.inputs} input${network.inputs === 1 ? "" : "s"}, ${layers.join(", ")}; ` +
      `loss: ${commented(loss.name)}, the ${reduction} over the rows${penalty}.`,
    `${from[origin]} A comment above every value says which formula of the derivation it is; rows is how many rows x has.`,
    ...modes(all),
    ...(encoder && target ? [features(encoder), outputs(target)] : []),
  ];
}

function modes(layers: readonly Layer[]): string[] {
  const random = new Set(layers.flatMap(({ kind, spec }) => kind.parts.flatMap((part) => part.random?.(spec) ?? [])));
  const words = [
    ...[...random].map((what) => `${what} is off`),
    ...(layers.some(({ buffers }) => buffers.length > 0)
      ? ["batch norm takes its running statistics, which stay as they are"]
      : []),
  ];
  return words.length === 0 ? [] : [`As in predicting, ${words.join("; ")}.`];
}

/**
 * Any text in a comment of any language, on one line. C joins a line that ends in a backslash, or in ??/ for one, to the
 * next, and TypeScript obeys a comment that begins with @: wherever a comment is wrapped, it has none of these.
 */
const commented = (text: string): string =>
  text
    .split("\\")
    .map(visible)
    .join(codeOf("\\"))
    .replace(/(?<=\?)\?|(?<=\s)@/g, codeOf);

const quoted = (text: string): string => `"${commented(text).replaceAll('"', '\\"')}"`;

function features(encoder: TableModelData["encoder"]): string {
  const columns = featureFormulas(encoder, quoted).map((words, i) => `  ${i}: ${words}`);
  return [
    `The columns of x, where ${FEATURE_NOTATION}; what is missing is 0 where nothing else is said:`,
    ...columns,
  ].join("\n");
}

function outputs(target: TableModelData["target"]): string {
  if (target.task !== "several") return single(target);
  const head = "Several targets, whose outputs, and values of the target, stand beside each other in this order:";
  return [head, ...target.targets.map((one) => `  ${single(one)}`)].join("\n");
}

function single(target: SingleTarget): string {
  if (target.task === "regression") return amount(target);
  if (target.task === "multi-label")
    return `The target is 1 for each label that ${quoted(target.name)} lists, else 0: ${target.labels.map(quoted).join(", ")}.`;
  const classes = target.classes.map((name, label) => `${label} is ${quoted(name)}`);
  const says =
    target.task === "ordinal" ? "Prediction i is the probability of a label above i." : "Output i belongs to label i.";
  return `The target is a label of ${quoted(target.name)}: ${classes.join(", ")}. ${says}`;
}

function amount(target: RegressionTarget): string {
  const { name, mean, scale, factor, link, offset, quantiles } = target;
  const isPlain = factor === undefined && link === undefined && offset === undefined && quantiles === undefined;
  if (isPlain)
    return `The target is (${quoted(target.name)} - ${target.mean}) / ${target.scale}; so a prediction stands for itself * ${target.scale} + ${target.mean}.`;
  const column = factor === undefined ? quoted(name) : `ln ${quoted(name)}`;
  const of = quantiles === undefined ? "" : ` Prediction i is the quantile ${quantiles.join(", ")} in turn.`;
  const back = `itself * ${scale} + ${mean}`;
  const unit = factor === undefined ? back : `${factor} * exp(${back})`;
  const known = offset && (offset.log ? `ln ${quoted(offset.column)}` : quoted(offset.column));
  const beside = link === "log" ? known : `${known} / ${scale}`;
  const moved =
    known === undefined
      ? ""
      : ` Beside it stands ${beside}, which is added to the output for the loss and is in no prediction.`;
  return `The target is (${column} - ${mean}) / ${scale}; so a prediction stands for ${unit}.${of}${moved}`;
}
