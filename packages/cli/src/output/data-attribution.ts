/** What rows did to a model, for people. */
import { count, formatNumber } from "@chaingrad/core/format";
import type { Column, Table } from "@chaingrad/tables";
import type { Influence, RowGradients, RowPush, SuspectLabels } from "@chaingrad/tables/data-attribution";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";
import { bars, type Form, headed } from "./understanding.ts";
import { paragraph } from "./wrap.ts";

const DIGITS = 4;
const amount = (value: number): string => formatNumber(value, DIGITS);
const signed = (value: number): string => (value > 0 ? `+${amount(value)}` : amount(value));
const said = (value: string | number): string => (typeof value === "number" ? amount(value) : value);

export function printSuspects(found: SuspectLabels, top: number, label: string, form: Form): Shown[] {
  const { target, suspects, likely, scale, folds, repeat } = found;
  const isClasses = scale === null;
  const cells = suspects
    .slice(0, top)
    .map(({ rank, row, score, given, said: other, likely: isLikely, ...p }) => [
      ...[String(rank), String(row), amount(score), said(given), said(other)],
      ...(isClasses ? [amount(p.probabilityGiven as number), amount(p.probabilitySaid as number)] : []),
      isLikely ? "suspect" : "",
    ]);
  const head =
    `${target}: ${count(likely, "row")} of ${suspects.length} of ${label} ${likely === 1 ? "is" : "are"} suspect, by models that ` +
    `never saw the row (${count(folds, "fold")}, ${count(repeat, "time")})` +
    (isClasses ? "" : `; the score is in standard deviations of ${amount(scale)}`);
  const titles = ["rank", "row", "score", "given", "models say", ...(isClasses ? ["p(given)", "p(said)"] : []), ""];
  return headed(head, formatTable(titles, cells, isClasses ? "rrrllrrl" : "rrrrrl", form.width), form);
}

export function printInfluence(
  found: Influence,
  table: Table,
  target: string,
  top: number,
  labels: { readonly rows: string; readonly row: string },
  form: Form,
): Shown[] {
  const { name, of, row, value, influences, damping, residual, parameters, unfinished } = found;
  const positive = influences.filter((one) => one.influence > 0).slice(0, top);
  const negative = influences.filter((one) => one.influence < 0).slice(-top);
  const shown = [...positive, ...negative];
  const bar = bars(shown.map((one) => one.influence));
  const column = table.columns.find((one) => one.name === target);
  const cells = shown.map((one, i) => [...[String(one.row), cellOf(column, one.row), signed(one.influence), bar[i]]]);
  const what = of === "loss" ? "the loss" : name;
  const head =
    `${what} of row ${row} of ${labels.row} is ${amount(value)}: what rows of ${labels.rows} add to it by having been trained on, ` +
    "those that add most and those that take away most";
  const tail =
    `${count(parameters, "parameter")}; damping ${formatNumber(damping, 3)}; relative residual of the solve ` +
    `${formatNumber(residual, 2)}; on the way to the minimum it would move by ${signed(unfinished)}`;
  const lines = formatTable(["row", target, "adds", ""], cells, "rlrl", form.width);
  return [...headed(head, lines, form), "", ...paragraph(tail, form.width)];
}

/** A cell as it is written, as far as that is known. */
function cellOf(column: Column | undefined, row: number): string {
  const value = column?.values[row - 1];
  return typeof value === "number" ? formatNumber(value, 6) : String(value ?? "–");
}

/** Places of the rows, those first whose gradient is longest, or that pull most against the others. */
export const orderOf = ({ rows, norm, cosine }: RowGradients, by: "norm" | "cosine"): number[] =>
  Array.from(rows.keys()).sort((a, b) => (by === "norm" ? norm[b] - norm[a] : cosine[a] - cosine[b]));

export function printRowGradients(
  found: RowGradients,
  table: Table,
  { by, top }: { readonly by: "norm" | "cosine"; readonly top: number },
  label: string,
  form: Form,
): Shown[] {
  const { target, rows, loss, norm, cosine, layers, meanNorm } = found;
  const column = table.columns.find((one) => one.name === target);
  const cells = orderOf(found, by)
    .slice(0, top)
    .map((i) => [
      ...[String(rows[i]), cellOf(column, rows[i]), amount(loss[i]), amount(norm[i]), signed(cosine[i])],
      ...layers.map((layer) => amount(layer.norm[i])),
    ]);
  const head =
    `gradients of the loss at ${count(rows.length, "row")} of ${label}, ${by === "norm" ? "the longest first" : "those first that pull most against the others"}; ` +
    `their mean has norm ${amount(meanNorm)}`;
  const titles = ["row", target, "loss", "norm", "cosine", ...layers.map(({ layer }) => layer)];
  return headed(head, formatTable(titles, cells, `rlrrr${"r".repeat(layers.length)}`, form.width), form);
}

export function printRowPush(
  { row, loss, norm, cosine, rank, of, layers }: RowPush,
  label: string,
  form: Form,
): Shown[] {
  const bar = bars(layers.map(({ share }) => share));
  const cells = layers.map((one, i) => [
    ...[
      one.layer,
      amount(one.norm),
      amount(one.median),
      signed(one.cosine),
      signed(one.part),
      amount(one.share),
      bar[i],
    ],
  ]);
  const head =
    `row ${row} of ${label}: a loss of ${amount(loss)}, whose gradient has norm ${amount(norm)}, no less than ${rank} of ${of} rows, and ` +
    `cosine ${signed(cosine)} with the mean gradient; layer by layer its norm beside the median of all rows, its cosine, the part of the ` +
    "row's cosine, and its share of the squared norm";
  const titles = ["layer", "norm", "median", "cosine", "part", "share", ""];
  return headed(head, formatTable(titles, cells, "lrrrrrl", form.width), form);
}
