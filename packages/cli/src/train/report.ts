/** What `train` says of the table before it starts and of the model when it is done. */
import {
  type ClassScores,
  type ColumnRole,
  type Evaluation,
  evaluationsOf,
  type JudgedTraining,
  PARTS,
  type Prepared,
  type Scores,
  type SingleTarget,
  scoresAt,
  type Target,
  targetsOf,
} from "@chaingrad/tables";
import { averagesOf, endingOf, guessOf, turnedWords } from "@chaingrad/tables/words";
import { alignColumns } from "../output/align.ts";
import { type Flow, printFlow } from "../output/flow.ts";
import { type Shown, widthOf } from "../output/line.ts";
import { formatTable } from "../output/table.ts";
import { paragraph } from "../output/wrap.ts";
import type { Trained } from "./training.ts";

export interface Report
  extends Pick<Trained, "end">,
    Partial<Pick<Trained, "networks" | "refitted">>,
    Pick<JudgedTraining, "evaluations" | "part" | "baseline"> {
  readonly file: string;
  readonly prepared: Prepared;
  readonly engine: string;
  readonly flow?: Flow | undefined;
  readonly remedy?: Trained["remedy"];
  /** Where somebody turned the rate. */
  readonly turns: Trained["history"]["turns"];
  /** Where the model was saved. */
  readonly model: string;
}

/** More columns than this are summed up by role. */
const MOST_COLUMNS = 40;
const MOST_CONFUSIONS = 10;

/** "cars.csv: 406 rows …", then each column with its role and why. */
export function printColumns(
  file: string,
  rows: number,
  prepared: Prepared,
  width: number,
  { isFolded }: { readonly isFolded: boolean },
): Shown[] {
  const { roles, target, missing, encoder } = prepared;
  const without = missing.length === 0 ? "" : `, ${missing.length} without a target set aside`;
  const parts = isFolded ? PARTS.filter((part) => part !== "validation") : PARTS;
  const sizes = parts.map((part) => `${prepared.rows[part].length} ${part}`).join(", ");
  const folds = isFolded ? " (each training row is left out by one network, which it validates)" : "";
  return [
    ...paragraph(`${file}: ${rows} rows${without}; ${sizes}${folds}`, width),
    ...targetsOf(target).flatMap(({ task, name, why }, i, all) => {
      const from = i + 1 === all.length ? `, from ${encoder.features.length} features` : ",";
      return paragraph(`${task} of '${name}' (${why})${from}`, width);
    }),
    "",
    ...printRoles(roles, width),
  ];
}

function printRoles(roles: readonly ColumnRole[], width: number): Shown[] {
  const shown = roles.length <= MOST_COLUMNS ? roles : roles.filter(({ role }) => role === "aside");
  const rows = shown.map(({ name, role, why }) => [name, role, why]);
  const table = rows.length === 0 ? [] : formatTable(["column", "role", "why"], rows, "lll", width);
  if (shown === roles) return table;
  const kinds = [...new Set(roles.map(({ role }) => role))];
  const counts = kinds.map((kind) => `${roles.filter(({ role }) => role === kind).length} ${kind}`);
  return [...paragraph(`${roles.length} columns: ${counts.join(", ")}`, width), ...table];
}

const score = (value: number | null): string => (value === null ? "–" : value.toPrecision(4));

/** Scores of every part beside the baseline, the confusion matrix or the residuals, and where the model is. */
export function printReport(report: Report, width: number): Shown[] {
  const { end, evaluations, part: judged, prepared, model } = report;
  const { target } = prepared;
  const { threads } = end;
  return [
    ...paragraph(`${ending(report)} (${end.seconds.toFixed(2)} s)`, width),
    ...paragraph(`engine: ${report.engine}, ${threads} ${threads === 1 ? "thread" : "threads"}`, width),
    ...targetsOf(target).flatMap((_, place) => printScores(report, place, width)),
    "",
    ...printErrors(target, evaluations[judged] as Evaluation, ` on ${judged} rows`, width),
    ...(report.flow ? ["", ...printFlow(report.flow, width)] : []),
    "",
    ...(report.turns.length === 0 ? [] : paragraph(turnedWords(report.turns), width)),
    ...(report.refitted === undefined ? [] : paragraph(REFITTED, width)),
    `model: ${model}`,
  ];
}

const REFITTED =
  "the scores are of a model that never saw the test rows; the saved one was then trained in the same way on all rows";

/** Why training ended, and which weights the model has. */
function ending({ end, networks = 1 }: Report): string {
  if (networks === 1) return `stopped: ${endingOf(end)}; best weights are of epoch ${end.bestEpoch}`;
  const early = end.stopped === "time" || end.stopped === "aborted" ? `stopped: ${endingOf(end)}; ` : "";
  return `${early}the mean of ${networks} networks, each of the epoch that was best on the rows it was trained without; ${end.epochs} epochs`;
}

/** Of one target the scores of every part that has rows, beside what guessing scores on the one that is judged. */
function printScores({ prepared, evaluations, part: judged, baseline }: Report, place: number, width: number): Shown[] {
  const { target } = prepared;
  const one = targetsOf(target)[place];
  const guess = scoresAt(target, baseline, place);
  const names = Object.keys(guess);
  const scores = (of: Scores): string[] => names.map((name) => score(of[name]));
  const parts = PARTS.flatMap((part) => {
    const own = evaluations[part];
    return own === undefined ? [] : [[part, ...scores(evaluationsOf(target, own)[place].evaluation.scores)]];
  });
  const on = judged === "test" ? "" : ` on ${judged} rows`;
  const rows = [...parts, [`baseline${on} (${guessOf(one)})`, ...scores(guess)]];
  const title = target.task === "several" ? one.name : "";
  return ["", ...formatTable([title, ...names], rows, `l${"r".repeat(names.length)}`, width), ...averages(one, width)];
}

/** Scores of one evaluation and its confusion matrix or residuals. */
export function printEvaluation(target: Target, evaluation: Evaluation, width: number): Shown[] {
  const all = evaluationsOf(target, evaluation);
  const scores = all.flatMap(({ target: one, evaluation: own }, i): Shown[] => {
    const rows = Object.entries(own.scores).map(([name, value]) => [name, score(value)]);
    const title = all.length > 1 ? [...(i > 0 ? [""] : []), one.name] : [];
    const shown = rows.filter(([name, value]) => all.length === 1 || name !== "loss" || value !== "–");
    return [...title, ...alignColumns(shown, "lr"), ...averages(one, width)];
  });
  const loss = all.length > 1 ? ["", ...alignColumns([["loss", score(evaluation.scores.loss)]], "lr")] : [];
  return [...scores, ...loss, "", ...printErrors(target, evaluation, "", width)];
}

function averages(target: SingleTarget, width: number): Shown[] {
  const words = averagesOf(target);
  return words === undefined ? [] : paragraph(words, width);
}

/** More classes than this are not told one by one. */
const MOST_CLASSES = 20;

function printErrors(whole: Target, evaluation: Evaluation, where: string, width: number): Shown[] {
  return evaluationsOf(whole, evaluation).flatMap(({ target, evaluation: own }, i): Shown[] => {
    const of = whole.task === "several" ? ` of ${target.name}` : "";
    const shown = printError(target, own, `${of}${where}`, width);
    return i === 0 ? shown : ["", ...shown];
  });
}

function printError(
  target: SingleTarget,
  { confusion, classes, residuals }: Evaluation,
  where: string,
  width: number,
): Shown[] {
  if (target.task === "classification" || target.task === "ordinal") {
    const matrix = printConfusion(confusion ?? [], target.classes, where, width);
    return [...matrix, ...printClasses(classes ?? [], "class", where, width)];
  }
  if (target.task === "multi-label") return printClasses(classes ?? [], "label", where, width).slice(1);
  if (residuals === undefined) return [];
  const { min, q1, median, q3, max } = residuals;
  const rows = Object.entries({ min, "lower quartile": q1, median, "upper quartile": q3, max });
  return [
    ...paragraph(`residuals${where} (${target.name} − prediction)`, width),
    ...alignColumns(
      rows.map(([name, value]) => [`  ${name}`, score(value)]),
      "lr",
    ),
  ];
}

/** How each class is found, where accuracy hides it: precision, recall and F₁. */
function printClasses(classes: readonly ClassScores[], what: string, where: string, width: number): Shown[] {
  if (classes.length === 0 || classes.length > MOST_CLASSES) return [];
  const rows = classes.map(({ name, rows: own, precision, recall, f1 }) => [
    ...[name, weightText(own), score(precision), score(recall), score(f1)],
  ]);
  const head = paragraph(`each ${what}${where}`, width);
  return ["", ...head, ...formatTable([what, "rows", "precision", "recall", "f1"], rows, "lrrrr", width)];
}

/** How many rows, or what they weigh. */
const weightText = (weight: number): string => (Number.isInteger(weight) ? String(weight) : weight.toPrecision(4));

/** The matrix, truth down and prediction across; where that does not fit, the commonest confusions. */
function printConfusion(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  where: string,
  width: number,
): Shown[] {
  const rows = confusion.map((row, truth) => [classes[truth], ...row.map(weightText)]);
  const matrix = alignColumns([["", ...classes], ...rows], `l${"r".repeat(classes.length)}`);
  if (matrix.every((line) => widthOf(line) <= width)) {
    return [...paragraph(`confusion${where} (truth down, prediction across)`, width), ...matrix];
  }
  const wrong = confusion
    .flatMap((row, truth) => row.map((count, guess) => ({ truth, guess, count })))
    .filter(({ truth, guess, count }) => truth !== guess && count > 0)
    .sort((a, b) => b.count - a.count);
  if (wrong.length === 0) return paragraph(`confusion${where}: none, every row is right`, width);
  const lines = wrong.slice(0, MOST_CONFUSIONS).flatMap(({ truth, guess, count }) => {
    return paragraph(`${weightText(count)} × ${classes[truth]} taken for ${classes[guess]}`, width, "  ");
  });
  const more = wrong.length > MOST_CONFUSIONS ? [`  and ${wrong.length - MOST_CONFUSIONS} rarer ones`] : [];
  return [...paragraph(`commonest confusions${where}`, width), ...lines, ...more];
}

/** Each of several targets by itself. */
export const evaluationsJson = (target: Target, evaluation: Evaluation): Record<string, unknown>[] =>
  evaluationsOf(target, evaluation).map(({ target: { name, task }, evaluation: { scores, ...details } }) => ({
    ...{ target: name, task, metrics: scores },
    ...details,
  }));

/** The document that `--json` prints. */
export function reportJson(report: Report): Record<string, unknown> {
  const { prepared, end, evaluations, part: judged, baseline } = report;
  const { target, rows, encoder, roles, missing, aside } = prepared;
  const { scores: _, targets, ...details } = evaluations[judged] as Evaluation;
  return {
    task: target.task,
    target: target.name,
    why: target.why,
    rows: PARTS.reduce((total, part) => total + rows[part].length, 0),
    features: encoder.features.length,
    engine: report.engine,
    threads: end.threads,
    epochs: end.epochs,
    bestEpoch: end.bestEpoch,
    networks: report.networks ?? 1,
    trainedAgainOnAllRows: report.refitted !== undefined,
    ...(report.turns.length > 0 ? { rateTurns: report.turns } : {}),
    seconds: end.seconds,
    stopped: end.stopped,
    metrics: Object.fromEntries(Object.entries(evaluations).map(([part, { scores }]) => [part, scores])),
    ...(judged === "test" ? {} : { judged }),
    baseline,
    ...details,
    ...(targets ? { targets: evaluationsJson(target, evaluations[judged] as Evaluation) } : {}),
    parts: Object.fromEntries(PARTS.map((part) => [part, rows[part].length])),
    missingTargets: missing.length,
    ...(aside.length > 0 ? { aside: aside.length } : {}),
    columns: roles,
    ...(report.flow ? { flow: report.flow } : {}),
    ...(end.fault ? { fault: end.fault } : {}),
    ...(report.remedy ? { remedy: { message: report.remedy.message, tried: report.remedy.tried } } : {}),
    model: report.model,
  };
}
