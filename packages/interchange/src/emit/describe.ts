/** What an emitted network is, in words: its layers and loss, what its inputs and outputs stand for, where its weights come from. */

import type { WeightedNet } from "@chaingrad/core/net";
import { codeOf, visible } from "@chaingrad/core/visible";
import type { ColumnEncoding, Model } from "@chaingrad/tables";

/** A network that can be written as a program, with the columns it is for where it was trained on a table. */
export interface Emittable extends WeightedNet {
  /** What makes the network's rows from those of a table, where it was trained on one. */
  readonly model?: Pick<Model, "encoder" | "target">;
}

/** Paragraphs; a line break in one is the start of an item of a list. */
export function describe({ net, origin, model }: Emittable): string[] {
  const { network, loss, reduction, l1, l2 } = net;
  const layers = network.layers.map(
    ({ units, activation, normalisation }) =>
      `${units} ${typeof activation === "string" ? activation : commented(activation.name || "units")}${
        normalisation === undefined ? "" : ` (${normalisation} norm)`
      }`,
  );
  const penalty = [l1 ? ` + ${l1} Σ|W|` : "", l2 ? ` + ${l2}/2 Σ W²` : ""].join("");
  const from = {
    trained: "The weights are those of the trained model.",
    given: "The weights are those of the given network.",
    initial: "The network is untrained: its weights are drawn from the seed 0.",
  } satisfies Record<Emittable["origin"], string>;
  return [
    `A fully connected network, written by chaingrad emit: ${network.inputs} input${network.inputs === 1 ? "" : "s"}, ${layers.join(", ")}; ` +
      `loss: ${commented(loss.name)}, the ${reduction} over the rows${penalty}.`,
    `${from[origin]} A comment above every value says which formula of the derivation it is; rows is how many rows x has.`,
    ...modes(net.network.layers),
    ...(model === undefined ? [] : [features(model), outputs(model)]),
  ];
}

function modes(layers: Emittable["net"]["network"]["layers"]): string[] {
  const words = [
    ...(layers.some(({ dropout }) => dropout) ? ["dropout is off"] : []),
    ...(layers.some(({ normalisation }) => normalisation === "batch")
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

function features({ encoder }: Pick<Model, "encoder">): string {
  const columns = encoder.columns.flatMap(featureWords).map((words, i) => `  ${i}: ${words}`);
  const head = "The columns of x (numbers are kept within -10 and 10, and are 0 where they are missing):";
  return [head, ...columns].join("\n");
}

function featureWords(encoding: ColumnEncoding): string[] {
  const { name, kind, missing } = encoding;
  const lacking = missing ? [`1 where ${quoted(name)} is missing, else 0`] : [];
  if (kind === "category") {
    const categories = encoding.categories.map((category) => `1 where ${quoted(name)} is ${quoted(category)}, else 0`);
    const other = encoding.other ? [`1 where ${quoted(name)} is anything else, else 0`] : [];
    return [...categories, ...other, ...lacking];
  }
  const value = kind === "date" ? `${quoted(name)} in days since 1970-01-01` : quoted(name);
  const from = encoding.mean < 0 ? `+ ${-encoding.mean}` : `- ${encoding.mean}`;
  return [`(${value} ${from}) / ${encoding.scale}`, ...lacking];
}

function outputs({ target }: Pick<Model, "target">): string {
  if (target.task === "regression")
    return `The target is (${quoted(target.name)} - ${target.mean}) / ${target.scale}; so a prediction stands for itself * ${target.scale} + ${target.mean}.`;
  const classes = target.classes.map((name, label) => `${label} is ${quoted(name)}`);
  return `The target is a label of ${quoted(target.name)}: ${classes.join(", ")}. Output i belongs to label i.`;
}
