/** A report of a training: what was learnt from what, how it went, and the derivation behind one prediction, as one page. */
import { type Dataset, type EndEvent, layersOf } from "@chaingrad/core";
import { isWrong, type VariableCheck } from "@chaingrad/core/check";
import { type Explained, escapeHtml, htmlBody, overview } from "@chaingrad/core/explain";
import { count, formatNumber } from "@chaingrad/core/format";
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
import { guessOf } from "@chaingrad/tables/words";
import { confusionChart, figure, type Line, lineChart, scatterChart } from "../charts/charts.ts";
import { htmlPage } from "../html/page.ts";
import { folded, htmlTable } from "../html/table.ts";
import { THEME } from "../html/theme.ts";

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
  /** The first of its rows'. */
  readonly derivation: Explained;
  readonly certificate: { readonly rows: number; readonly checks: readonly VariableCheck[] };
}

/** More columns than this are folded away. */
const MOST_COLUMNS = 20;

/**
 * The report's sections with their table of contents: one element of class `chaingrad`, as HTML.
 * @param id the beginning of all ids in it: where several views are in one page, one of its own for each
 */
export function reportView(input: ReportInput, id: string): string {
  const sections = [
    ["data", "The table", dataSection(input)],
    ["training", "Training", trainingSection(input)],
    ["scores", "How well it does", scoresSection(input)],
    ["flow", "How the gradient flows", flowSection(input.history)],
    ["derivation", "One prediction, derived", derivationSection(input)],
    ["certificate", "Certificate of the gradient", certificateSection(input)],
  ] as const;
  const links = sections.map(([name, title]) => `<li><a href="#${escapeHtml(id + name)}">${title}</a></li>`);
  const bodies = sections.map(
    ([name, title, body]) =>
      `<section id="${escapeHtml(id + name)}" aria-label="${title}"><h2>${title}</h2>\n${body}\n</section>`,
  );
  return `<div class="chaingrad">
<p>${escapeHtml(summary(input))}</p>
<nav aria-label="Sections"><ul>${links.join("")}</ul></nav>
${bodies.join("\n")}
</div>`;
}

/** A page that needs nothing but itself. */
export function reportPage(input: ReportInput): string {
  const title = `${input.prepared.target.name} from ${input.title}`;
  return htmlPage({
    title,
    style: THEME,
    body: `<main>\n<h1>${escapeHtml(title)}</h1>\n${reportView(input, "")}\n</main>`,
  });
}

function summary({ end, engine, model }: ReportInput): string {
  const layers = [model.network.inputs, ...layersOf(model.network).map(({ outputs }) => outputs)].join("-");
  const ended = `${count(end.epochs, "epoch")}, the best weights are of epoch ${end.bestEpoch}`;
  return `A ${layers} network, ${model.objective.loss.name}, seed ${model.seed}; ${ended}; ${end.seconds.toFixed(2)} s on ${engine}.`;
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

function dataSection({ prepared, file }: ReportInput): string {
  const { roles, rows, missing, target, encoder } = prepared;
  const sizes = PARTS.map((part) => `${rows[part].length} ${part}`).join(", ");
  const without = missing.length === 0 ? "" : ` Set aside without a target: ${count(missing.length, "row")}.`;
  const columns = htmlTable("Columns", {
    head: ["column", "role", "why"],
    rows: roles.map(({ name, role, why }) => [name, role, why]),
  });
  return [
    paragraph(
      `${file}: ${sizes} rows.${without} A ${targetsOf(target)
        .map(({ task, name, why }) => `${task} of '${name}' (${why})`)
        .join(", a ")}, from ${count(encoder.features.length, "feature")}.`,
    ),
    roles.length > MOST_COLUMNS ? folded(`All ${roles.length} columns`, columns) : columns,
  ].join("\n");
}

function trainingSection({ history, end }: ReportInput): string {
  const { epochs } = history;
  if (epochs.length === 0) return paragraph("No epoch was done.");
  const lines: Line[] = [
    { name: "training", points: epochs.map(({ epoch, loss }) => ({ x: epoch, y: loss })) },
    {
      name: "validation",
      points: epochs.flatMap(({ epoch, validation }) =>
        validation === undefined ? [] : [{ x: epoch, y: validation }],
      ),
    },
  ].filter(({ points }) => points.length > 0);
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  const best = end.bestEpoch;
  const says =
    `The training loss goes from ${formatNumber(first.loss, 3)} to ${formatNumber(last.loss, 3)} in ${count(epochs.length, "epoch")}` +
    (last.validation === undefined
      ? "."
      : `; on the validation rows it is lowest after epoch ${best}, ${formatNumber(end.bestLoss, 3)}.`);
  return figure("Loss after each epoch", says, lineChart(lines, "loss", { x: best, text: "best" }), {
    head: ["epoch", "training", "validation"],
    rows: epochs.map(({ epoch, loss, validation }) => [`${epoch}`, loss, validation ?? null]),
  });
}

function scoresSection(input: ReportInput): string {
  const targets = targetsOf(input.prepared.target);
  const tables = targets.map((_, place) => scoresTable(input, place));
  const errors = targets.map((target, place) => errorsFigure(input, target, place));
  return [...tables, ...errors].join("\n");
}

function scoresTable({ prepared, evaluations, part: judged, baseline }: ReportInput, place: number): string {
  const { target } = prepared;
  const one = targetsOf(target)[place];
  const guess = scoresAt(target, baseline, place);
  const names = Object.keys(guess);
  const parts = PARTS.flatMap((part) => {
    const own = evaluations[part];
    if (own === undefined) return [];
    const { scores } = evaluationsOf(target, own)[place].evaluation;
    return [[part, ...names.map((name) => scores[name])]];
  });
  const on = judged === "test" ? "" : ` on ${judged} rows`;
  const rows = [...parts, [`baseline${on} (${guessOf(one)})`, ...names.map((name) => guess[name])]];
  const title = target.task === "several" ? `Scores of ${one.name}` : "Scores";
  return htmlTable(title, { head: ["rows", ...names], rows });
}

function errorsFigure(input: ReportInput, target: SingleTarget, place: number): string {
  const { prepared, evaluations, part: judged, predicted } = input;
  const all = evaluations[judged];
  if (all === undefined) return "";
  const { confusion = [], classes, residuals } = evaluationsOf(prepared.target, all)[place].evaluation;
  const of = prepared.target.task === "several" ? ` of ${target.name}` : "";
  const each = classesTable(classes, `${of} on the ${judged} rows`);
  if (target.task === "multi-label") return each;
  if (target.task !== "regression") {
    const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
    const total = confusion.flat().reduce((sum, one) => sum + one, 0);
    const shown = figure(
      `Confusion${of} on the ${judged} rows`,
      `${right} of ${total} are on the diagonal, where truth and prediction agree.`,
      confusionChart(confusion, target.classes),
      {
        head: ["truth", ...target.classes],
        rows: confusion.map((row, truth) => [target.classes[truth], ...row]),
      },
    );
    return [shown, each].join("\n");
  }
  const amounts = predicted && amountsOf(prepared.target, predicted.said, predicted.data);
  const own = amounts?.find(({ name }) => name === target.name);
  if (own === undefined) return "";
  const points = Array.from(own.truth, (value, i) => ({ truth: value, predicted: own.predicted[i] }));
  const says = residuals
    ? `Half of the residuals (truth − prediction) lie between ${formatNumber(residuals.q1, 3)} and ${formatNumber(residuals.q3, 3)}, all between ${formatNumber(residuals.min, 3)} and ${formatNumber(residuals.max, 3)}.`
    : "";
  return figure(`Predictions of ${target.name} on the ${judged} rows`, says, scatterChart(points, target.name), {
    head: ["row", "in the table", "predicted", "residual"],
    rows: points.map((one, i) => [
      `${Number(predicted?.rows[i]) + 1}`,
      one.truth,
      one.predicted,
      one.truth - one.predicted,
    ]),
  });
}

function classesTable(classes: Evaluation["classes"], where: string): string {
  if (classes === undefined) return "";
  return htmlTable(`Each class${where}`, {
    head: ["class", "rows", "precision", "recall", "F₁"],
    rows: classes.map(({ name, rows, precision, recall, f1 }) => [name, rows, precision, recall, f1]),
  });
}

function flowSection({ flow }: History): string {
  if (flow.length === 0) return paragraph("Nothing was recorded.");
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
  const table = {
    head: ["epoch", "layer", "‖δ‖", "‖∂L/∂W‖", "‖ΔW‖/‖W‖", "dead", "saturated", "largest σ", "smallest σ"],
    rows,
  };
  const names = layers.map(({ name }, i) => `${name} ${formatNumber(last.layers[i].delta, 2)}`).join(", ");
  const intro =
    "‖δ‖ is the length of ∂L/∂z of a layer. From a layer to the one before it is multiplied by that layer's Jacobian, whose singular values σ say how much it can grow or shrink.";
  if (lines.length === 0) return [paragraph(intro), htmlTable("Gradient flow", table)].join("\n");
  return [
    paragraph(intro),
    figure("Length of δ by layer", `At the end: ${names}.`, lineChart(lines, "‖δ‖"), table),
  ].join("\n");
}

/** The part whose rows are looked at: the training rows where these were left out in turn, and so have no validation part. */
export const partOf = (rows: Prepared["rows"], part: Part): Part => (rows[part].length > 0 ? part : "train");

function derivationSection({ prepared, part, file, derivation }: ReportInput): string {
  const judged = partOf(prepared.rows, part);
  const { x, "∂L/∂x": slopes } = derivation.numbers;
  const { names } = derivation;
  const features = namesOf(prepared).inputs.map((name, i) => [name, x[i], slopes[i]]);
  return [
    paragraph(
      `Row ${prepared.rows[judged][0] + 1} of ${file}, which was ${judged === "train" ? "" : "not "}trained on, as the network takes it: encoded and scaled.`,
    ),
    htmlTable("Its features, and how the loss depends on them", { head: ["feature", "x", "∂L/∂x"], rows: features }),
    folded("The whole derivation, forward and backward", htmlBody(overview(derivation), { level: 3, names })),
  ].join("\n");
}

function certificateSection({ certificate, prepared, part }: ReportInput): string {
  const judged = partOf(prepared.rows, part);
  const { checks } = certificate;
  const right = !checks.some(({ verdict }) => isWrong(verdict));
  const rows = checks.map(({ name, verdict, size, entries, forwardError }) => [
    `∂L/∂${name}`,
    verdict,
    entries.length < size ? `${entries.length} of ${size}` : `${size}`,
    entries[0].relativeError,
    forwardError,
  ]);
  return [
    paragraph(
      `On ${count(certificate.rows, `${judged} row`)}, in float64, every derivative by reverse mode beside central differences and forward mode: ${right ? "they agree" : "they do not agree, see below"}.`,
    ),
    htmlTable("Gradients, the worst first", {
      head: ["gradient", "verdict", "entries", "largest error", "forward mode"],
      rows,
    }),
  ].join("\n");
}
