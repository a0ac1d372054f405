/** What `cross-validate` says when all folds are judged. */
import type { Average, CrossValidation, Difference } from "@chaingrad/tables/cross-validation";
import type { Shown } from "../output/line.ts";
import { formatTable } from "../output/table.ts";
import { paragraph } from "../output/wrap.ts";

const short = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toPrecision(4);

/** "0.8798 ± 0.011" */
function spread({ mean, standardError }: Average): string {
  return standardError === null ? short(mean) : `${short(mean)} ± ${standardError.toPrecision(2)}`;
}

/** More folds than this are not told one by one. */
const MOST_FOLDS = 30;

export function printCrossValidation(file: string, rows: number, found: CrossValidation, width: number): Shown[] {
  const { folds, scores, target } = found;
  const names = Object.keys(scores);
  const repeats = 1 + Math.max(...folds.map(({ repeat }) => repeat));
  const count = folds.filter(({ repeat }) => repeat === 0).length;
  const often = repeats === 1 ? "" : `, ${repeats} times`;
  const each = folds.map(({ repeat, fold, judged, trained, evaluation }) => [
    repeats === 1 ? `${fold + 1}` : `${repeat + 1}.${fold + 1}`,
    ...[trained, judged].map(String),
    ...names.map((name) => short(evaluation.scores[name])),
  ]);
  const means = names.map((name) => {
    const { own, linear, baseline } = scores[name];
    return [name, spread(own), spread(linear), spread(baseline)];
  });
  return [
    ...paragraph(`${file}: ${rows} rows; ${target.name}, ${count} folds${often}`, width),
    ...(folds.length > MOST_FOLDS
      ? []
      : ["", ...formatTable(["fold", "trained", "judged", ...names], each, `lrr${"r".repeat(names.length)}`, width)]),
    "",
    ...formatTable(["mean ± standard error", "model", "linear", "baseline"], means, "lrrr", width),
    "",
    ...paragraph(STANDARD_ERRORS, width),
    "",
    ...[names[0]].flatMap((name) => [
      ...paragraph(comparison(name, "a linear model", scores[name].overLinear), width),
      ...paragraph(comparison(name, "guessing", scores[name].overBaseline), width),
    ]),
  ];
}

const STANDARD_ERRORS =
  "standard errors and tests take into account that folds share their training rows (Nadeau and Bengio 2003)";
/** Differences that chance makes more seldom than this mean something. */
const LEVEL = 0.05;

function comparison(name: string, other: string, { mean, t, freedom, p }: Difference): string {
  if (mean === null) return `${name} beside ${other}: not defined on these folds`;
  const where = `${name} is ${short(Math.abs(mean))} ${mean < 0 ? "below" : "above"} that of ${other}`;
  if (t === null || p === null) return `${where}; from these folds it cannot be told whether by chance`;
  const chance = p < 1e-4 ? "p < 0.0001" : `p = ${p.toPrecision(2)}`;
  const verdict =
    p < LEVEL ? "more than chance makes of two equal ones" : "no more than chance may make of two equal ones";
  return `${where} (t = ${t.toPrecision(3)}, ${freedom} degrees of freedom, ${chance}): ${verdict}`;
}

/** The document that `--json` prints. */
export function crossValidationJson({ target, folds, scores }: CrossValidation): Record<string, unknown> {
  return {
    ...{ task: target.task, target: target.name, scores },
    folds: folds.map(({ repeat, fold, trained, judged, evaluation, linear, baseline }) => ({
      ...{ repeat: repeat + 1, fold: fold + 1, trained, judged },
      ...{ metrics: evaluation.scores, linear, baseline },
    })),
  };
}
