/** What `train` says of the table before it starts and of the model when it is done. */
import type { ColumnRole, EndEvent, Evaluation, Part, Prepared, Scores, StopReason, Target } from "@chaingrad/core";
import { alignColumns } from "../output/align.ts";

export interface Report {
  readonly file: string;
  readonly prepared: Prepared;
  readonly engine: string;
  readonly end: EndEvent;
  readonly evaluations: Readonly<Record<Part, Evaluation>>;
  /** Of the test part. */
  readonly baseline: Scores;
  /** Where the model was saved. */
  readonly model: string;
}

const PARTS: readonly Part[] = ["train", "validation", "test"];
/** More columns than this are summed up by role. */
const MOST_COLUMNS = 40;

/** "cars.csv: 406 rows …", then a line for each column with its role and why. */
export function printColumns(file: string, rows: number, prepared: Prepared): string {
  const { roles, target, missing, encoder } = prepared;
  const without = missing.length === 0 ? "" : `, ${missing.length} without a target set aside`;
  const sizes = PARTS.map((part) => `${prepared.rows[part].length} ${part}`).join(", ");
  return [
    `${file}: ${rows} rows${without}; ${sizes}`,
    `${target.task} of '${target.name}' (${target.why}), from ${encoder.features.length} features`,
    ...printRoles(roles),
  ].join("\n");
}

function printRoles(roles: readonly ColumnRole[]): string[] {
  if (roles.length <= MOST_COLUMNS)
    return alignColumns(
      roles.map(({ name, role, why }) => [`  ${name}`, role, why]),
      "lll",
    );
  const kinds = [...new Set(roles.map(({ role }) => role))];
  const counts = kinds.map((kind) => `${roles.filter(({ role }) => role === kind).length} ${kind}`);
  const aside = roles.filter(({ role }) => role === "aside");
  return [`  columns: ${counts.join(", ")}`, ...aside.map(({ name, why }) => `  ${name}  aside  ${why}`)];
}

const STOPPED: Readonly<Record<StopReason, (end: EndEvent) => string>> = {
  epochs: ({ epochs }) => `all ${epochs} epochs are done`,
  patience: ({ epochs, bestEpoch }) => `no better validation loss in ${epochs - bestEpoch} epochs`,
  aborted: ({ epochs }) => `interrupted after ${epochs} epochs`,
  diverged: ({ epochs }) => `the loss was no longer finite in epoch ${epochs}`,
};

const score = (value: number | null): string => (value === null ? "–" : value.toPrecision(4));

/** Scores of every part beside the baseline, the confusion matrix or the residuals, and where the model is. */
export function printReport(report: Report): string {
  const { end, evaluations, baseline, prepared, model } = report;
  const { target } = prepared;
  const names = Object.keys(baseline);
  const guess = target.task === "classification" ? "majority class" : "mean";
  const table = [
    ["", ...names],
    ...PARTS.map((part) => [part, ...names.map((name) => score(evaluations[part].scores[name]))]),
    [`baseline (${guess})`, ...names.map((name) => score(baseline[name]))],
  ];
  return [
    `stopped: ${STOPPED[end.stopped](end)}; best weights are of epoch ${end.bestEpoch} (${end.seconds.toFixed(2)} s)`,
    "",
    ...alignColumns(table, `l${"r".repeat(names.length)}`),
    "",
    ...printErrors(target, evaluations.test, " on test rows"),
    "",
    `model: ${model}`,
  ].join("\n");
}

/** Scores of one evaluation and its confusion matrix or residuals. */
export function printEvaluation(target: Target, evaluation: Evaluation): string[] {
  const { scores } = evaluation;
  const names = Object.keys(scores);
  const table = alignColumns([names, names.map((name) => score(scores[name]))], "r".repeat(names.length));
  return [...table, "", ...printErrors(target, evaluation, "")];
}

function printErrors(target: Target, { confusion, residuals }: Evaluation, where: string): string[] {
  if (target.task === "classification") return printConfusion(confusion ?? [], target.classes, where);
  if (residuals === undefined) return [];
  const { min, q1, median, q3, max } = residuals;
  return [
    `residuals${where} (${target.name} − prediction)`,
    ...alignColumns([["min", "quarter", "median", "quarter", "max"], [min, q1, median, q3, max].map(score)], "rrrrr"),
  ];
}

/** Truth down, prediction across. */
function printConfusion(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  where: string,
): string[] {
  const rows = confusion.map((row, truth) => [classes[truth], ...row.map(String)]);
  return [
    `confusion${where} (truth down, prediction across)`,
    ...alignColumns([["", ...classes], ...rows], `l${"r".repeat(classes.length)}`),
  ];
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
    model: report.model,
  };
}
