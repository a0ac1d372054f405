/** What a report shows of a model beyond its scores; each number that is a share of something has the command that derives it. */
import { escapeHtml, htmlBody, type Language } from "@chaingrad/core/explain";
import { formatNumber } from "@chaingrad/core/format";
import type { Part, Prepared } from "@chaingrad/tables";
import { importanceView } from "@chaingrad/tables/understanding";
import { barChart, categoryChart, curveChart, figure, reliabilityChart } from "../charts/charts.ts";
import { htmlTable } from "../html/table.ts";
import type { LookedInto } from "./looked-into.ts";
import type { ReportWords } from "./words.ts";

/** What commands call the model and the table. */
export interface ReportFiles {
  readonly model: string;
  readonly table: string;
}

/** What these sections are of. */
export interface Shown {
  readonly found: LookedInto;
  readonly part: Part;
  readonly prepared: Pick<Prepared, "target" | "roles">;
  readonly files: ReportFiles | undefined;
  readonly words: ReportWords;
  readonly language: Language;
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;
const short = (value: number): string => formatNumber(value, 3);
const written = (value: number | string): string => (typeof value === "number" ? formatNumber(value, 5) : value);
const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** More columns have no bar. */
const MOST_BARS = 15;

export function importanceSection(shown: Shown): string {
  const { found, words } = shown;
  const { columns, score, reached, repeats } = found.importance;
  const [first] = columns;
  const spread = (error: number | null): string => (error === null ? "–" : short(2 * error));
  const says =
    first.importance > 0
      ? words.leads(first.column, short(first.importance), spread(first.standardError))
      : words.noneMatters;
  const bars = columns.slice(0, MOST_BARS).map(({ column, importance, standardError }) => ({
    ...{ name: column, value: importance, error: 2 * (standardError ?? 0) },
  }));
  const rows = columns.map(({ column, importance, standardError }) => [
    ...[column, importance, standardError, ...derivedBy(shown, column)],
  ]);
  const left = columns.length - bars.length;
  return [
    paragraph(`${looked(shown)} ${words.importance(score, short(reached), repeats)}`),
    figure(
      words.importanceOf,
      `${says}${left > 0 ? ` ${words.more(left)}` : ""}`,
      barChart(bars, score),
      { head: [...words.importanceHead, ...(shown.files ? [words.derivedBy] : [])], rows, sides: "lrrc" },
      words.numbers,
    ),
    ...bars.map(({ name }) => derivationOf(shown, name)),
  ].join("\n");
}

/** How a column's importance comes about, to be opened. */
function derivationOf({ found, words, language }: Shown, column: string): string {
  const blocks = importanceView(found.importance, column);
  const summary = escapeHtml(words.comesAbout(column));
  return `<details><summary>${summary}</summary>${htmlBody(blocks, { level: 3, language })}</details>`;
}

function looked({ found, part, prepared, words }: Shown): string {
  const target = prepared.target.task === "several" ? found.target : undefined;
  const said = words.lookedAt(part, found.rows, found.of, target);
  return part === "test" ? said : `${said} ${words.seen}`;
}

export function dependenceSection({ found, words }: Shown): string {
  const { dependence } = found;
  if (dependence.length === 0) return paragraph(words.noneMatters);
  const figures = dependence.map(({ output, axes: [{ column, kind, values }], mean }) => {
    const all = Array.from(mean);
    const at = (value: number): string => written(values[all.indexOf(value)]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const points = all.map((y, i) => ({ x: values[i], y }));
    const chart = kind === "category" ? categoryChart(points, output.name) : curveChart(points, column, output.name);
    return figure(
      words.dependenceOf(output.name, column),
      words.moves(short(low), short(high), at(low), at(high)),
      chart,
      { head: [column, output.name], rows: points.map(({ x, y }) => [written(x), y]) },
      words.numbers,
    );
  });
  return [paragraph(words.dependence(dependence[0].rows.length)), ...figures].join("\n");
}

export function hardestSection({ found, words, prepared, files }: Shown): string {
  const { hardest = [] } = found;
  const isAmount = typeof hardest[0]?.truth === "number";
  const rows = hardest.map(({ row, truth, predicted, off, factor }) => [
    ...[`${row}`, truth, predicted, off],
    ...(factor === undefined ? ["–", null] : [`${factor.column}: ${factor.value ?? "–"}`, factor.contribution]),
    ...(files ? [commandOf("attribute", files, row)] : []),
  ]);
  const head = words.hardestHead(isAmount).slice(0, files ? 7 : 6);
  const of = prepared.target.task === "several" ? `${words.hardestOf}: ${found.target}` : words.hardestOf;
  return [paragraph(words.hardest(isAmount)), htmlTable(of, { head, rows, sides: "lllllrc" })].join("\n");
}

export function intervalsSection({ found: { intervals = [], target }, words }: Shown): string {
  const widest = intervals.at(-1);
  if (widest === undefined) return paragraph(words.noIntervals);
  const usual = intervals.find(({ level }) => level === 0.9) ?? widest;
  const says = words.held(percent(usual.level), percent(usual.covered), short(usual.width));
  const rows = intervals.map(({ level, covered, width }) => [percent(level), percent(covered), width]);
  return [
    paragraph(words.intervals(says)),
    htmlTable(words.intervalsOf(target), { head: words.intervalHead, rows, sides: "rrr" }),
  ].join("\n");
}

export function reliabilitySection({ found: { further }, words }: Shown): string {
  const { reliability, scores } = further ?? {};
  if (reliability === undefined) return paragraph(words.noReliability);
  const { of, bins } = reliability;
  return [
    paragraph(words.reliability(of)),
    figure(
      words.reliabilityOf,
      words.calibration(short(scores?.["calibration error"] ?? Number.NaN)),
      reliabilityChart(bins, [words.said, words.cameTrue]),
      {
        head: words.reliabilityHead,
        rows: bins.map(({ from, to, rows, predicted, observed }) => [short(from), to, rows, predicted, observed]),
      },
      words.numbers,
    ),
  ].join("\n");
}

/** How a column's share in the first row that is looked at comes about. */
function derivedBy({ found, prepared, files }: Shown, column: string): string[] {
  if (files === undefined) return [];
  const role = prepared.roles.find(({ name }) => name === column)?.role;
  const isSmooth = role === "number" || role === "date";
  const row = found.firstRow;
  return [
    isSmooth
      ? `${commandOf("explain", files, row)} --from prediction --of ${quoted(column)}`
      : commandOf("attribute", files, row),
  ];
}

const commandOf = (command: "explain" | "attribute", { model, table }: ReportFiles, row: number): string =>
  `chaingrad ${command} ${quoted(model)} ${quoted(table)} --row ${row}`;

/** As shells take it for one word. */
const quoted = (text: string): string => (/^[\w./][\w./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
