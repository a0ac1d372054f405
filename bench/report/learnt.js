/** bench/TABLES.md: how well each table was learnt by whom, with standard errors and seconds. */
import { cpus } from "node:os";

const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;
const deviation = (values) => {
  const center = mean(values);
  return Math.sqrt(values.reduce((total, value) => total + (value - center) ** 2, 0) / Math.max(1, values.length - 1));
};
const error = (values) => deviation(values) / Math.sqrt(values.length);
const scores = (runs) => runs.map(({ score }) => score);

const row = (cells) => `| ${cells.join(" | ")} |`;

/** Of one of ours beside all peers: on how many tables it is level (within one standard error) or ahead, and the mean gap. */
function standing(results, own) {
  const peers = Object.keys(results[0].runs).filter((name) => !name.startsWith("chaingrad"));
  if (peers.length === 0) return [];
  const gaps = results.map(({ runs }) => {
    const best = peers.reduce((a, b) => (mean(scores(runs[b])) > mean(scores(runs[a])) ? b : a));
    const differences = runs[own].map(({ score }, i) => score - runs[best][i].score);
    const mlp = runs[own].map(({ score }, i) => score - runs["scikit-learn MLP"][i].score);
    return { gap: mean(differences), error: error(differences), mlp: mean(mlp), mlpError: error(mlp) };
  });
  const count = (holds) => gaps.filter(holds).length;
  return [
    `- **${own}**: ahead of the best peer or level with it (within one standard error of the differences) on ` +
      `${count(({ gap, error }) => gap + error >= 0)} of ${gaps.length} tables, ahead on ${count(({ gap }) => gap > 0)}; ` +
      `mean gap to the best ${mean(gaps.map(({ gap }) => gap)).toFixed(4)}; level with scikit-learn's MLP or ahead on ` +
      `${count(({ mlp, mlpError }) => mlp + mlpError >= 0)}.`,
  ];
}

/** The whole page. */
export function render(results, { seeds, missing, heldOut }) {
  const names = Object.keys(results[0].runs);
  const cell = (runs) => `${mean(scores(runs)).toFixed(4)} ± ${error(scores(runs)).toFixed(4)}`;
  const lines = [
    "# Tables learnt by default",
    "",
    `Accuracy of classes, R² of amounts: means and standard errors of ${seeds} splits, ${100 * heldOut} % of the rows held out ` +
      "and never shown. Everybody at their defaults. Made by `npm run bench:tables`.",
    "",
    `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} threads, Node ${process.version}.`,
    ...(missing.length === 0 ? [] : ["", `Not there: ${missing.join("; ")}.`]),
    "",
    row(["table", "rows", ...names]),
    row(["---", "---:", ...names.map(() => "---:")]),
    ...results.map(({ name, rows, runs }) => row([name, rows, ...names.map((own) => cell(runs[own]))])),
    "",
    "Seconds of training, means:",
    "",
    row(["table", ...names]),
    row(["---", ...names.map(() => "---:")]),
    ...results.map(({ name, runs }) =>
      row([name, ...names.map((own) => mean(runs[own].map(({ seconds }) => seconds)).toFixed(2))]),
    ),
    "",
    ...names.filter((name) => name.startsWith("chaingrad")).flatMap((name) => standing(results, name)),
  ];
  return `${lines.join("\n")}\n`;
}
