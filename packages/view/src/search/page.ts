/** The trials of a search as parallel coordinates, and what the best reached beside the default recipe, as one page. */
import { escapeHtml, type Language } from "@chaingrad/core/explain";
import { formatNumber } from "@chaingrad/core/format";
import { PARTS, targetsOf } from "@chaingrad/tables";
import { SEARCHED_OPTIONS, type Search, type SearchedOption, type SearchTrial } from "@chaingrad/tables/search";
import { figure } from "../charts/charts.ts";
import { type ParallelAxis, parallelChart } from "../charts/parallel.ts";
import { fillIn } from "../derivation/words.ts";
import { htmlPage } from "../html/page.ts";
import { htmlTable } from "../html/table.ts";
import { THEME } from "../html/theme.ts";
import { searchWords } from "./words.ts";

/** What a page of a search is made of. */
export interface SearchPageInput
  extends Pick<Search, "trials" | "best" | "rungs" | "prepared" | "found" | "beside" | "seconds"> {
  /** What the heading calls the table: a name without folders, which say nothing elsewhere. */
  readonly title: string;
  readonly language: Language;
}

type Words = (typeof searchWords)[Language];

/** More different numbers than this are a scale. */
const MOST_PLACES = 8;
/** Numbers that span a greater factor are on a logarithmic scale. */
const WIDE = 30;

/** A page that needs nothing but itself. */
export function searchPage(input: SearchPageInput): string {
  const { language, title, prepared, trials, seconds, rungs } = input;
  const words = searchWords[language];
  const heading = fillIn(words.title, {
    title,
    target: targetsOf(prepared.target)
      .map(({ name }) => name)
      .join(", "),
  });
  const last = lastOf(trials);
  const summary = fillIn(words.summary, {
    ...{ trials: last.length, trainings: trials.length, seconds: seconds.toFixed(1), rungs: rungs.join(", ") },
  });
  return htmlPage({
    ...{ title: heading, language, style: THEME },
    body: `<main>
<h1>${escapeHtml(heading)}</h1>
<p>${escapeHtml(summary)}</p>
${scoresTable(input, words)}
<p>${escapeHtml(words.chosen)}</p>
${trialsFigure(input, last, words)}
</main>`,
  });
}

/** Of each trial the training that came farthest. */
function lastOf(trials: readonly SearchTrial[]): SearchTrial[] {
  const last = new Map<number, SearchTrial>();
  for (const one of trials) if (one.rung >= (last.get(one.trial)?.rung ?? 0)) last.set(one.trial, one);
  return [...last.values()].sort((a, b) => lossOf(a) - lossOf(b) || a.trial - b.trial);
}

const lossOf = ({ loss }: SearchTrial): number => loss ?? Number.POSITIVE_INFINITY;

function scoresTable({ found, beside, prepared }: SearchPageInput, words: Words): string {
  const { baseline, part } = found.judged;
  const names = targetsOf(prepared.target).length === 1 ? Object.keys(baseline) : ["loss"];
  const of = (what: string, reached: typeof beside) =>
    PARTS.filter((own) => own !== "train").flatMap((own) => {
      const scores = reached?.judged.evaluations[own]?.scores;
      return scores === undefined ? [] : [[what, words[own], ...names.map((name) => scores[name] ?? null)]];
    });
  return htmlTable(words.scores, {
    head: ["", words.rows, ...names],
    rows: [
      ...of(words.found, found),
      ...of(words.usual, beside),
      [words.guessing, words[part], ...names.map((name) => baseline[name] ?? null)],
    ],
  });
}

const textOf = (value: unknown, words: Words): string => (value === null ? words.none : String(value));

function trialsFigure({ best }: SearchPageInput, last: readonly SearchTrial[], words: Words): string {
  const finite = last.filter(({ loss }) => loss !== null);
  const options = SEARCHED_OPTIONS.filter((name) => finite.some(({ options }) => options[name] !== undefined));
  const axes = [
    ...options.map((name) => axisOf(name, finite, words)),
    { name: words.epochs, ...numbers(finite.map(({ epochs }) => epochs)) },
    { name: words.loss, ...numbers(finite.map(lossOf)) },
  ];
  const ranks = finite.map((_, i) => i / Math.max(1, finite.length - 1));
  const chart = parallelChart(
    axes,
    ranks,
    finite.findIndex(({ trial }) => trial === best.trial),
  );
  const says = fillIn(words.says, { best: best.trial, loss: formatNumber(lossOf(best), 4) });
  const why = (stopped: SearchTrial["stopped"]): string => (stopped === "epochs" ? words.epochs : words[stopped]);
  const table = {
    head: [words.trial, ...options, words.epochs, words.loss, words.stopped],
    rows: last.map(({ trial, options: own, epochs, loss, stopped }) => [
      ...[String(trial), ...options.map((name) => textOf(own[name], words))],
      ...[epochs, loss, why(stopped)],
    ]),
  };
  return figure(words.parallel, says, chart, table, words.numbers);
}

function axisOf(name: SearchedOption, trials: readonly SearchTrial[], words: Words): ParallelAxis {
  const values = trials.map(({ options }) => options[name]);
  const different = [...new Set(values)];
  if (different.length > MOST_PLACES && values.every((value) => typeof value === "number"))
    return { name, ...numbers(values) };
  const order = [...different].sort((a, b) => sizeOf(a) - sizeOf(b)).map((value) => textOf(value, words));
  return { name, values: values.map((value) => textOf(value, words)), order: [...new Set(order)] };
}

/** Of numbers themselves, of layers all their units; what has no size stays where it is. */
const sizeOf = (value: unknown): number =>
  Array.isArray(value) ? value.reduce((sum, units) => sum + units, 0) : typeof value === "number" ? value : 0;

function numbers(values: readonly number[]): Pick<ParallelAxis, "values" | "log"> {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { values, log: low > 0 && high / low > WIDE };
}
