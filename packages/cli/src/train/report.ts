/** What `train` says of the table before it starts and of the model when it is done. */
import {
  type ColumnRole,
  type Evaluation,
  type JudgedTraining,
  PARTS,
  type Prepared,
  type Scores,
  type Target,
} from "@chaingrad/tables";
import { averagesOf, BASELINES, endingOf } from "@chaingrad/tables/words";
import { alignColumns } from "../output/align.ts";
import { type Flow, printFlow } from "../output/flow.ts";
import { type Shown, widthOf } from "../output/line.ts";
import { formatTable } from "../output/table.ts";
import { paragraph } from "../output/wrap.ts";
import type { Trained } from "./training.ts";

export interface Report extends Pick<Trained, "end">, Pick<JudgedTraining, "evaluations" | "baseline"> {
  readonly file: string;
  readonly prepared: Prepared;
  readonly engine: string;
  readonly flow?: Flow | undefined;
  readonly remedy?: Trained["remedy"];
  /** Where the model was saved. */
  readonly model: string;
}

/** More columns than this are summed up by role. */
const MOST_COLUMNS = 40;
const MOST_CONFUSIONS = 10;

/** "cars.csv: 406 rows …", then each column with its role and why. */
export function printColumns(file: string, rows: number, prepared: Prepared, width: number): Shown[] {
  const { roles, target, missing, encoder } = prepared;
  const without = missing.length === 0 ? "" : `, ${missing.length} without a target set aside`;
  const sizes = PARTS.map((part) => `${prepared.rows[part].length} ${part}`).join(", ");
  return [
    ...paragraph(`${file}: ${rows} rows${without}; ${sizes}`, width),
    ...paragraph(`${target.task} of '${target.name}' (${target.why}), from ${encoder.features.length} features`, width),
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
  const { end, evaluations, baseline, prepared, model } = report;
  const { target } = prepared;
  const { threads } = end;
  const names = Object.keys(baseline);
  const scores = (of: Scores): string[] => names.map((name) => score(of[name]));
  const rows = [
    ...PARTS.map((part) => [part, ...scores(evaluations[part].scores)]),
    [`baseline (${BASELINES[target.task]})`, ...scores(baseline)],
  ];
  const best = `best weights are of epoch ${end.bestEpoch} (${end.seconds.toFixed(2)} s)`;
  return [
    ...paragraph(`stopped: ${endingOf(end)}; ${best}`, width),
    ...paragraph(`engine: ${report.engine}, ${threads} ${threads === 1 ? "thread" : "threads"}`, width),
    "",
    ...formatTable(["", ...names], rows, `l${"r".repeat(names.length)}`, width),
    ...averages(target, width),
    "",
    ...printErrors(target, evaluations.test, " on test rows", width),
    ...(report.flow ? ["", ...printFlow(report.flow, width)] : []),
    "",
    `model: ${model}`,
  ];
}

/** Scores of one evaluation and its confusion matrix or residuals. */
export function printEvaluation(target: Target, { scores, ...errors }: Evaluation, width: number): Shown[] {
  const rows = Object.entries(scores).map(([name, value]) => [name, score(value)]);
  return [
    ...alignColumns(rows, "lr"),
    ...averages(target, width),
    "",
    ...printErrors(target, { scores, ...errors }, "", width),
  ];
}

function averages(target: Target, width: number): Shown[] {
  const words = averagesOf(target);
  return words === undefined ? [] : paragraph(words, width);
}

function printErrors(target: Target, { confusion, residuals }: Evaluation, where: string, width: number): Shown[] {
  if (target.task === "classification") return printConfusion(confusion ?? [], target.classes, where, width);
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

/** The matrix, truth down and prediction across; where that does not fit, the commonest confusions. */
function printConfusion(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  where: string,
  width: number,
): Shown[] {
  const rows = confusion.map((row, truth) => [classes[truth], ...row.map(String)]);
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
    return paragraph(`${count} × ${classes[truth]} taken for ${classes[guess]}`, width, "  ");
  });
  const more = wrong.length > MOST_CONFUSIONS ? [`  and ${wrong.length - MOST_CONFUSIONS} rarer ones`] : [];
  return [...paragraph(`commonest confusions${where}`, width), ...lines, ...more];
}

/** The document that `--json` prints. */
export function reportJson(report: Report): Record<string, unknown> {
  const { prepared, end, evaluations, baseline } = report;
  const { target, rows, encoder, roles, missing } = prepared;
  return {
    task: target.task,
    target: target.name,
    rows: PARTS.reduce((total, part) => total + rows[part].length, 0),
    features: encoder.features.length,
    engine: report.engine,
    threads: end.threads,
    epochs: end.epochs,
    bestEpoch: end.bestEpoch,
    seconds: end.seconds,
    stopped: end.stopped,
    metrics: Object.fromEntries(PARTS.map((part) => [part, evaluations[part].scores])),
    baseline,
    ...(evaluations.test.confusion ? { confusion: evaluations.test.confusion } : {}),
    ...(evaluations.test.residuals ? { residuals: evaluations.test.residuals } : {}),
    parts: Object.fromEntries(PARTS.map((part) => [part, rows[part].length])),
    missingTargets: missing.length,
    columns: roles,
    ...(report.flow ? { flow: report.flow } : {}),
    ...(end.fault ? { fault: end.fault } : {}),
    ...(report.remedy ? { remedy: { message: report.remedy.message, tried: report.remedy.tried } } : {}),
    model: report.model,
  };
}
