/** How sure a model is, for people and for machines. */
import { count, formatNumber } from "@chaingrad/core/format";
import type { EnsembleSpread, Laplace, LaplaceEvaluation, UncertainPrediction } from "@chaingrad/tables/uncertainty";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";
import { type Form, headed, plainNumbers } from "./understanding.ts";
import { paragraph } from "./wrap.ts";

/** What was asked, and what of it is known of the rows' targets. */
export interface FoundUncertainty {
  readonly said: UncertainPrediction | EnsembleSpread;
  readonly posterior?: Laplace;
  readonly evaluation?: LaplaceEvaluation;
}

export function uncertaintyDocument({ said, posterior, evaluation }: FoundUncertainty): unknown {
  const { predict: _, evaluate: __, ...told } = posterior ?? {};
  return plainNumbers({ ...told, ...said, ...(evaluation && { evaluation }) });
}

const DIGITS = 4;
const amount = (value: number): string => formatNumber(value, DIGITS);

/** Of each row one number that is said, its deviation, and what is between which bounds. */
interface SaidOfRows {
  readonly titles: readonly string[];
  readonly deviations: Float64Array;
  cells(row: number): readonly string[];
}

export function printUncertainty(
  found: FoundUncertainty,
  target: string,
  top: number,
  label: string,
  form: Form,
): Shown[] {
  const { said } = found;
  const { titles, deviations, cells } = ofRows(said);
  const order = Array.from(deviations.keys()).sort((a, b) => deviations[b] - deviations[a] || a - b);
  const lines = order.slice(0, top).map((row) => [String(row + 1), ...cells(row), amount(deviations[row])]);
  const head = `${target}: ${count(deviations.length, "row")} of ${label}, the least sure first; ± is ${whatOf(found)}`;
  const align = `r${titles.map((title) => (title === "class" ? "l" : "r")).join("")}r`;
  const tail = [...posteriorLines(found), ...evaluationLines(found)];
  return [
    ...headed(head, formatTable(["row", ...titles, "±"], lines, align, form.width), form),
    ...tail.flatMap((text) => ["", ...paragraph(text, form.width)]),
  ];
}

const whatOf = ({ said }: FoundUncertainty): string =>
  "names" in said
    ? `the standard deviation among the model's ${said.networks} networks`
    : "the standard deviation that the parameters leave";

function ofRows(said: UncertainPrediction | EnsembleSpread): SaidOfRows {
  if (!("names" in said) && said.task === "regression") {
    const { values, deviations, lower, upper, level } = said;
    const titles = ["prediction", `lower ${level}`, `upper ${level}`];
    return { titles, deviations, cells: (row) => [values, lower, upper].map((all) => amount(all[row])) };
  }
  const [names, values] = "names" in said ? [said.names, said.values] : [said.classes, said.probabilities];
  const k = names.length;
  // The number that is largest: of one number, that.
  const places = Int32Array.from({ length: values.length / k }, (_, row) => {
    const own = values.subarray(row * k, (row + 1) * k);
    return own.indexOf(Math.max(...own));
  });
  const at = (all: Float64Array, row: number): number => all[row * k + places[row]];
  const deviations = Float64Array.from(places, (_, row) => at(said.deviations, row));
  if (k === 1) return { titles: ["prediction"], deviations, cells: (row) => [amount(values[row])] };
  return {
    titles: ["class", "probability"],
    deviations,
    cells: (row) => [names[places[row]], amount(at(values, row))],
  };
}

function posteriorLines({ posterior }: FoundUncertainty): string[] {
  if (posterior === undefined) return [];
  const { weights, parameters, rows, priorPrecision, effectiveParameters, logEvidence, noise } = posterior;
  const which = weights === "all" ? "" : " of the last layer";
  return [
    `Laplace's approximation of ${count(parameters, "parameter")}${which} on ${count(rows, "row")}, which determine ` +
      `${formatNumber(effectiveParameters, 3)} of them; prior precision ${amount(priorPrecision)}` +
      (noise === null ? "" : `, noise ${amount(noise)}`) +
      `; log evidence ${amount(logEvidence)}`,
  ];
}

function evaluationLines({ evaluation, said }: FoundUncertainty): string[] {
  if (evaluation === undefined) return [];
  const { rows, coverage, loss } = evaluation;
  const level = "level" in said ? said.level : undefined;
  return [
    ...(coverage
      ? [
          `${count(rows, "row")} with a target: intervals of ${level} hold ${formatNumber(coverage.covered, 3)} of them and are ` +
            `${amount(coverage.width)} wide in the middle`,
        ]
      : []),
    ...(loss
      ? [
          `${count(rows, "row")} with a target: log loss ${amount(loss.averaged)}, and ${amount(loss.plain)} without uncertainty`,
        ]
      : []),
  ];
}
