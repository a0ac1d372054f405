/** How one row pulls at each layer: the length of its gradient there, its alignment with the mean gradient, its share; as one page. */
import { escapeHtml, type Language } from "@chaingrad/core/explain";
import { formatNumber } from "@chaingrad/core/format";
import type { Table } from "@chaingrad/tables";
import type { LayerPush, RowPush } from "@chaingrad/tables/data-attribution";
import { barChart, figure } from "../charts/charts.ts";
import { fillIn } from "../derivation/words.ts";
import { htmlPage } from "../html/page.ts";
import { htmlTable, type PageTable } from "../html/table.ts";
import { THEME } from "../html/theme.ts";
import { rowPushWords } from "./words.ts";

/** What the page of a row is made of. */
export interface RowPushPageInput {
  readonly found: RowPush;
  /** The table that it is a row of. */
  readonly table: Table;
  /** What the heading calls the table: a name without folders, which say nothing elsewhere. */
  readonly title: string;
  readonly language: Language;
}

type Words = (typeof rowPushWords)[Language];

/** More layers have no bar. */
const MOST_BARS = 30;
/** Below that a cosine has no side. */
const ASIDE = 0.05;

const short = (value: number): string => formatNumber(value, 3);
const signed = (value: number): string => (value > 0 ? `+${short(value)}` : short(value));
const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** A page that needs nothing but itself. */
export function rowPushPage({ found, table, title, language }: RowPushPageInput): string {
  const words = rowPushWords[language];
  const heading = fillIn(words.title, { row: String(found.row), title });
  const layers = layersShown(found.layers);
  return htmlPage({
    ...{ title: heading, language: language === "zh" ? "zh-Hans" : language, style: THEME },
    body: `<main>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(summary(found, words))}</p>
${strengths(found, layers, words)}
${alignments(found, layers, words)}
${shares(found, layers, words)}
${cellsOf(found, table, words)}
</main>`,
  });
}

function summary({ loss, norm, cosine, rank, of }: RowPush, words: Words): string {
  const side = cosine > ASIDE ? words.with : cosine < -ASIDE ? words.against : words.aside;
  const told = { loss: short(loss), norm: short(norm), cosine: signed(cosine), rank, of, side };
  return fillIn(words.summary, told);
}

/** Those that are pulled at most, in the order of the network. */
function layersShown(layers: readonly LayerPush[]): readonly LayerPush[] {
  const most = new Set([...layers].sort((a, b) => b.norm - a.norm).slice(0, MOST_BARS));
  return layers.filter((layer) => most.has(layer));
}

/** The layer where something is largest. */
const largest = (layers: readonly LayerPush[], of: (layer: LayerPush) => number): LayerPush =>
  layers.reduce((best, layer) => (of(layer) > of(best) ? layer : best));

const left = ({ layers }: RowPush, shown: readonly LayerPush[], words: Words): string =>
  layers.length === shown.length ? "" : ` ${fillIn(words.left, { count: String(layers.length - shown.length) })}`;

const tableOf = (
  { layers }: RowPush,
  head: readonly string[],
  of: (layer: LayerPush) => readonly number[],
): PageTable => ({
  head,
  rows: layers.map((layer) => [layer.layer, ...of(layer)]),
});

function strengths(found: RowPush, shown: readonly LayerPush[], words: Words): string {
  const { layer, norm, median } = largest(found.layers, (one) => one.norm);
  const says = fillIn(words.strongest, { layer, norm: short(norm), median: short(median) });
  const bars = shown.map((one) => ({ name: one.layer, value: one.norm, mark: one.median }));
  const table = tableOf(found, [words.layer, words.norm, words.median], (one) => [one.norm, one.median]);
  return figure(words.strength, says + left(found, shown, words), barChart(bars, words.norm), table, words.numbers);
}

function alignments(found: RowPush, shown: readonly LayerPush[], words: Words): string {
  const [most, least] = [largest(found.layers, (one) => one.cosine), largest(found.layers, (one) => -one.cosine)];
  const says = fillIn(words.aligned, {
    ...{ most: most.layer, high: signed(most.cosine), least: least.layer, low: signed(least.cosine) },
  });
  const bars = shown.map((one) => ({ name: one.layer, value: one.cosine }));
  const table = tableOf(found, [words.layer, words.cosine, words.part], (one) => [one.cosine, one.part]);
  return figure(words.alignment, says, barChart(bars, words.cosine, [-1, 1]), table, words.numbers);
}

function shares(found: RowPush, shown: readonly LayerPush[], words: Words): string {
  const { layer, share } = largest(found.layers, (one) => one.share);
  const says = fillIn(words.shared, { layer, share: percent(share) });
  const bars = shown.map((one) => ({ name: one.layer, value: 100 * one.share }));
  const table = tableOf(found, [words.layer, words.share], (one) => [100 * one.share]);
  return figure(words.shares, says, barChart(bars, words.share, [0, 100]), table, words.numbers);
}

function cellsOf({ row }: RowPush, { columns }: Table, words: Words): string {
  const rows = columns.map(({ name, values }) => {
    const value = values[row - 1];
    const isMissing = value === null || value === undefined || Number.isNaN(value);
    return [name, isMissing ? "–" : typeof value === "number" ? formatNumber(value, 6) : String(value)];
  });
  return htmlTable(words.cells, { head: [words.column, words.value], rows });
}
