/** A report of a training: what was learnt from what, how it went, and the derivation behind one prediction, as one page. */
import { type Dataset, type EndEvent, layersOf } from "@chaingrad/core";
import { isWrong, type VariableCheck } from "@chaingrad/core/check";
import { type Explained, escapeHtml, htmlBody, type Language, overview } from "@chaingrad/core/explain";
import { formatNumber } from "@chaingrad/core/format";
import {
  amountsOf,
  type Evaluation,
  evaluationsOf,
  type History,
  namesOf,
  PARTS,
  type Part,
  type Prepared,
  type Scores,
  type SingleTarget,
  scoresAt,
  type TableModelData,
  type TablePrediction,
  targetsOf,
} from "@chaingrad/tables";
import { guessOf, turnedWords } from "@chaingrad/tables/words";
import { confusionChart, figure, type Line, lineChart, scatterChart } from "../charts/charts.ts";
import { htmlPage } from "../html/page.ts";
import { folded, htmlTable } from "../html/table.ts";
import { THEME } from "../html/theme.ts";
import type { LookedInto } from "./looked-into.ts";
import {
  dependenceSection,
  hardestSection,
  importanceSection,
  intervalsSection,
  type ReportFiles,
  reliabilitySection,
} from "./looked-into-sections.ts";
import { type ReportWords, reportWords } from "./words.ts";

/** All that a report tells of a training. */
export interface ReportInput {
  /** What the heading calls the table, and what the text does: names without folders, which say nothing elsewhere. */
  readonly title: string;
  readonly file: string;
  readonly prepared: Prepared;
  readonly model: Pick<TableModelData, "network" | "objective" | "seed">;
  /** The name of the engine that trained. */
  readonly engine: string;
  readonly end: EndEvent;
  readonly history: History;
  /** Of every part that has rows. */
  readonly evaluations: Readonly<Partial<Record<Part, Evaluation>>>;
  /** The part that predictions, derivation and certificate are of: the test rows where there are some. */
  readonly part: Part;
  /** Of that part. */
  readonly baseline: Scores;
  /** The rows that are judged by their places in the table, as numbers, and what is said of them; undefined where nothing can be. */
  readonly predicted:
    | { readonly rows: ArrayLike<number>; readonly data: Dataset; readonly said: TablePrediction }
    | undefined;
  /** What else is said of the model; absent where nothing can be. */
  readonly lookedInto?: LookedInto | undefined;
  /** What commands beside numbers call the model and the table; without it there are none. */
  readonly files?: ReportFiles | undefined;
  /** Of the page's own words (default "en"). */
  readonly language?: Language;
  /** The first of its rows'. */
  readonly derivation: Explained;
  readonly certificate: { readonly rows: number; readonly checks: readonly VariableCheck[] };
}

/** More columns than this are folded away. */
const MOST_COLUMNS = 20;

const wordsOf = ({ language = "en" }: ReportInput): ReportWords => reportWords[language];

type Section = keyof ReportWords["section"];

/** Each section that there is something to say in, in order. */
function sectionsOf(input: ReportInput): [Section, string][] {
  const { lookedInto: found, prepared, part, files, language = "en" } = input;
  const about = { prepared, part: partOf(prepared.rows, part), files, words: wordsOf(input), language };
  const shown = found && { found, ...about };
  const [{ task }] = targetsOf(prepared.target);
  const of = (name: Section, isThere: boolean, body: () => string): [Section, string][] =>
    isThere ? [[name, body()]] : [];
  const looked = (name: Section, section: (of: NonNullable<typeof shown>) => string, isThere = true) =>
    shown && isThere ? of(name, true, () => section(shown)) : [];
  return [
    ["data", dataSection(input)],
    ["training", trainingSection(input)],
    ["scores", scoresSection(input)],
    ...looked("reliability", reliabilitySection, task === "classification" || task === "ordinal"),
    ...looked("intervals", intervalsSection, task === "regression"),
    ...looked("importance", importanceSection),
    ...looked("dependence", dependenceSection),
    ...looked("hardest", hardestSection, found?.hardest !== undefined),
    ["flow", flowSection(input)],
    ["derivation", derivationSection(input)],
    ["certificate", certificateSection(input)],
  ];
}

/**
 * The report's sections with their table of contents: one element of class `chaingrad`, as HTML.
 * @param id the beginning of all ids in it: where several views are in one page, one of its own for each
 */
export function reportView(input: ReportInput, id: string): string {
  const words = wordsOf(input);
  const sections = sectionsOf(input).map(([name, body]) => ({
    body,
    title: words.section[name],
    id: escapeHtml(id + name),
  }));
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`);
  const bodies = sections.map(
    ({ id, title, body }) => `<section id="${id}" aria-label="${title}"><h2>${title}</h2>\n${body}\n</section>`,
  );
  return `<div class="chaingrad">
<p>${escapeHtml(summary(input))}</p>
<nav aria-label="${words.sections}"><ul>${links.join("")}</ul></nav>
${bodies.join("\n")}
</div>`;
}

/** A page that needs nothing but itself. */
export function reportPage(input: ReportInput): string {
  const title = wordsOf(input).title(input.prepared.target.name, input.title);
  return htmlPage({
    title,
    ...(input.language === "zh" && { language: "zh-Hans" }),
    style: THEME,
    body: `<main>\n<h1>${escapeHtml(title)}</h1>\n${reportView(input, "")}\n</main>`,
  });
}

function summary(input: ReportInput): string {
  const { end, engine, model, history } = input;
  const layers = [model.network.inputs, ...layersOf(model.network).map(({ outputs }) => outputs)].join("-");
  const { epochs, bestEpoch, seconds } = end;
  const loss = model.objective.loss.name;
  const said = wordsOf(input).summary(layers, loss, model.seed, epochs, bestEpoch, seconds.toFixed(2), engine);
  return history.turns.length === 0 ? said : `${said} ${sentence(turnedWords(history.turns))}`;
}

const sentence = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}.`;
const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

function dataSection(input: ReportInput): string {
  const { prepared, file } = input;
  const words = wordsOf(input);
  const { roles, rows, missing, target, encoder } = prepared;
  const sizes = PARTS.map((part) => `${rows[part].length} ${words.part[part]}`).join(", ");
  const columns = htmlTable(words.columns, {
    head: words.columnHead,
    rows: roles.map(({ name, role, why }) => [name, role, why]),
  });
  const targets = targetsOf(target).map(({ task, name, why }) => [task, name, why] as const);
  return [
    paragraph(
      words.sizes(file, sizes) +
        (missing.length === 0 ? "" : words.without(missing.length)) +
        words.learnt(targets, encoder.features.length),
    ),
    roles.length > MOST_COLUMNS ? folded(words.allColumns(roles.length), columns) : columns,
  ].join("\n");
}

function trainingSection(input: ReportInput): string {
  const { history, end } = input;
  const words = wordsOf(input);
  const { epochs } = history;
  if (epochs.length === 0) return paragraph(words.noEpoch);
  const lines: Line[] = [
    { name: words.lossLine.training, points: epochs.map(({ epoch, loss }) => ({ x: epoch, y: loss })) },
    {
      name: words.lossLine.validation,
      points: epochs.flatMap(({ epoch, validation }) =>
        validation === undefined ? [] : [{ x: epoch, y: validation }],
      ),
    },
  ].filter(({ points }) => points.length > 0);
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  const best = end.bestEpoch;
  const fell = words.fell(formatNumber(first.loss, 3), formatNumber(last.loss, 3), epochs.length);
  const says = fell + (last.validation === undefined ? words.stop : words.lowest(best, formatNumber(end.bestLoss, 3)));
  return figure(
    words.losses,
    says,
    lineChart(lines, words.loss, { x: best, text: words.best }, words.epoch),
    {
      head: [words.epoch, words.lossLine.training, words.lossLine.validation],
      rows: epochs.map(({ epoch, loss, validation }) => [`${epoch}`, loss, validation ?? null]),
    },
    words.numbers,
  );
}

function scoresSection(input: ReportInput): string {
  const targets = targetsOf(input.prepared.target);
  const tables = targets.map((_, place) => scoresTable(input, place));
  const errors = targets.map((target, place) => errorsFigure(input, target, place));
  return [...tables, ...errors].join("\n");
}

/** Of several targets what this one is called. */
const nameAmong = ({ prepared: { target } }: ReportInput, { name }: SingleTarget): string | undefined =>
  target.task === "several" ? name : undefined;

function scoresTable(input: ReportInput, place: number): string {
  const { prepared, evaluations, part: judged, baseline } = input;
  const words = wordsOf(input);
  const { target } = prepared;
  const one = targetsOf(target)[place];
  const guess = scoresAt(target, baseline, place);
  const names = Object.keys(guess);
  const parts = PARTS.flatMap((part) => {
    const own = evaluations[part];
    if (own === undefined) return [];
    const { scores } = evaluationsOf(target, own)[place].evaluation;
    return [[words.part[part], ...names.map((name) => scores[name])]];
  });
  const rows = [...parts, [words.baseline(judged, guessOf(one)), ...names.map((name) => guess[name])]];
  return htmlTable(words.scoresOf(nameAmong(input, one)), { head: [words.rows, ...names], rows });
}

function errorsFigure(input: ReportInput, target: SingleTarget, place: number): string {
  const { prepared, evaluations, part: judged } = input;
  const words = wordsOf(input);
  const all = evaluations[judged];
  if (all === undefined) return "";
  const { confusion = [], classes, residuals } = evaluationsOf(prepared.target, all)[place].evaluation;
  const name = nameAmong(input, target);
  const each = classesTable(classes, words.classes(name, judged), words);
  if (target.task === "multi-label") return each;
  if (target.task === "regression") return amountsFigure(input, target, residuals);
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  const total = confusion.flat().reduce((sum, one) => sum + one, 0);
  const shown = figure(
    words.confusion(name, judged),
    words.diagonal(right, total),
    confusionChart(confusion, target.classes, [words.prediction, words.truth]),
    {
      head: [words.truth, ...target.classes],
      rows: confusion.map((row, truth) => [target.classes[truth], ...row]),
    },
    words.numbers,
  );
  return [shown, each].join("\n");
}

function amountsFigure(input: ReportInput, { name }: SingleTarget, residuals: Evaluation["residuals"]): string {
  const { prepared, part: judged, predicted } = input;
  const words = wordsOf(input);
  const amounts = predicted && amountsOf(prepared.target, predicted.said, predicted.data);
  const own = amounts?.find((one) => one.name === name);
  if (own === undefined) return "";
  const points = Array.from(own.truth, (value, i) => ({ truth: value, predicted: own.predicted[i] }));
  const short = (value: number): string => formatNumber(value, 3);
  const { q1 = 0, q3 = 0, min = 0, max = 0 } = residuals ?? {};
  return figure(
    words.predictions(name, judged),
    residuals ? words.residuals(short(q1), short(q3), short(min), short(max)) : "",
    scatterChart(points, name, [words.inTable, words.predicted]),
    {
      head: [words.row, words.inTable, words.predicted, words.residual],
      rows: points.map((one, i) => [
        ...[`${Number(predicted?.rows[i]) + 1}`, one.truth, one.predicted, one.truth - one.predicted],
      ]),
    },
    words.numbers,
  );
}

function classesTable(classes: Evaluation["classes"], caption: string, { classHead }: ReportWords): string {
  if (classes === undefined) return "";
  return htmlTable(caption, {
    head: classHead,
    rows: classes.map(({ name, rows, precision, recall, f1 }) => [name, rows, precision, recall, f1]),
  });
}

function flowSection(input: ReportInput): string {
  const words = wordsOf(input);
  const { flow } = input.history;
  if (flow.length === 0) return paragraph(words.nothing);
  const layers = flow[0].layers;
  const line = (name: string, i: number): Line => ({
    name,
    points: flow
      .map(({ epoch, layers: now }) => ({ x: epoch, y: now[i].delta }))
      .filter(({ y }) => Number.isFinite(y) && y > 0),
  });
  const lines = layers.map(({ name }, i) => line(name, i)).filter(({ points }) => points.length > 0);
  const last = flow[flow.length - 1];
  const rows = flow.flatMap(({ epoch, layers: now }) =>
    now.map((one) => [
      ...[`${epoch}`, one.name, one.delta, one.gradient, one.update, one.dead, one.saturated],
      ...[one.jacobian.largest, one.jacobian.smallest],
    ]),
  );
  const table = { head: words.flowHead, rows };
  const names = layers.map(({ name }, i) => `${name} ${formatNumber(last.layers[i].delta, 2)}`).join(", ");
  const intro = paragraph(words.flowIntro);
  if (lines.length === 0) return [intro, htmlTable(words.flow, table)].join("\n");
  const chart = lineChart(lines, "‖δ‖", undefined, words.epoch);
  return [intro, figure(words.flowOf, words.atEnd(names), chart, table, words.numbers)].join("\n");
}

/** The part whose rows are looked at: the training rows where these were left out in turn, and so have no validation part. */
export const partOf = (rows: Prepared["rows"], part: Part): Part => (rows[part].length > 0 ? part : "train");

function derivationSection(input: ReportInput): string {
  const { prepared, part, file, derivation, language } = input;
  const words = wordsOf(input);
  const judged = partOf(prepared.rows, part);
  const { x, "∂L/∂x": slopes } = derivation.numbers;
  const { names } = derivation;
  const features = namesOf(prepared).inputs.map((name, i) => [name, x[i], slopes[i]]);
  const html = htmlBody(overview(derivation), { level: 3, names, ...(language && { language }) });
  return [
    paragraph(words.derived(prepared.rows[judged][0] + 1, file, judged === "train")),
    htmlTable(words.features, { head: [words.feature, "x", "∂L/∂x"], rows: features }),
    folded(words.derivation, html),
  ].join("\n");
}

function certificateSection(input: ReportInput): string {
  const { certificate, prepared, part } = input;
  const words = wordsOf(input);
  const judged = partOf(prepared.rows, part);
  const { checks } = certificate;
  const right = !checks.some(({ verdict }) => isWrong(verdict));
  const rows = checks.map(({ name, verdict, size, entries, forwardError }) => [
    `∂L/∂${name}`,
    verdict,
    entries.length < size ? words.some(entries.length, size) : `${size}`,
    entries[0].relativeError,
    forwardError,
  ]);
  return [
    paragraph(words.certified(certificate.rows, judged, right)),
    htmlTable(words.gradients, { head: words.gradientHead, rows }),
  ].join("\n");
}
