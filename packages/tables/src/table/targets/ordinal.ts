/** Targets of classes in an order: how probable it is that a row lies above each but the last. */
import { concat, type Expr, fill, sub } from "@chaingrad/core";
import { allFinite } from "@chaingrad/core/given";
import type { Evaluation } from "../../judging/evaluation.ts";
import { classificationBaseline, classificationMetrics, classScores } from "../../judging/metrics/classification.ts";
import { distanceOf } from "../../judging/metrics/confusion.ts";
import { classColumns, encodeClasses, entropy, nameOf, ownOf, predictedClasses, saidClass } from "./classes.ts";
import { columnIn } from "./column-in.ts";
import type { TargetKind } from "./kind.ts";
import type { ClassPrediction } from "./prediction.ts";
import type { OrdinalTarget } from "./target.ts";

export const ordinal: TargetKind<OrdinalTarget> = {
  outputs: ({ classes }) => classes.length - 1,
  width: () => 1,
  encode: (target, table, rows) => encodeClasses(target, columnIn(table, target.name), rows),
  say: (target, { predictions }) => predictedClasses(target, byClass(predictions, target)),
  sayRow: (target, { predictions }, row) =>
    saidClass(target, byClass(ownOf(predictions, row, target.classes.length - 1), target), row),
  columns: (target, said, of) => classColumns(target, said as ClassPrediction, of),
  evaluate(target, { predictions }, { y, weight }, loss): Evaluation {
    if (!allFinite(predictions)) return { scores: { accuracy: null, mae: null, f1: null, loss } };
    const found = classificationMetrics(byClass(predictions, target), y, target.classes.length, weight);
    return ordinalScores(target, found, loss);
  },
  baseline(target, train, data) {
    const found = classificationBaseline(train.y, data.y, target.classes.length, data.weight, train.weight);
    return ordinalScores(target, found, found.logLoss).scores;
  },
  beats: (_, own, guess) => Number(own.mae) < Number(guess.mae),
  guess: () => "majority class",
  graph: (_, above) => classGraph(above),
  names: ({ classes }, of) => classes.map((name) => nameOf(name, of)),
  outputNames: ({ classes }) => classes.slice(0, -1).map((name) => `above ${name}`),
  metrics: () => undefined,
  guessLoss: ({ classes }, _, train) => entropy(classes.length, train),
};

/** P(y = k) = P(y > k − 1) − P(y > k), [rows, classes], of the P(y > k). */
function byClass(above: Float64Array, { classes }: OrdinalTarget): Float64Array {
  const n = classes.length - 1;
  const rows = above.length / n;
  return Float64Array.from({ length: rows * (n + 1) }, (_, i) => {
    const [row, k] = [Math.floor(i / (n + 1)), i % (n + 1)];
    const [from, to] = [k === 0 ? 1 : above[row * n + k - 1], k === n ? 0 : above[row * n + k]];
    return from - to;
  });
}

/** The same as graph. */
function classGraph(above: Expr): Expr {
  const [rows] = above.type.shape;
  const of = (value: number): Expr => fill(value, [rows, 1], "f64");
  return sub(concat([of(1), above], 1), concat([above, of(0)], 1));
}

/** mae: how many classes a prediction is off on average. */
function ordinalScores(
  { classes }: OrdinalTarget,
  { accuracy, macroF1, confusion }: ReturnType<typeof classificationMetrics>,
  loss: number | null,
): Evaluation {
  const mae = distanceOf(confusion);
  return { scores: { accuracy, mae, f1: macroF1, loss }, confusion, classes: classScores(confusion, classes) };
}
