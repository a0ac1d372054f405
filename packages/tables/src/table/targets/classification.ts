/** Targets of classes without an order: a probability for each. */
import { allFinite } from "@chaingrad/core/given";
import type { Evaluation } from "../../judging/evaluation.ts";
import { classificationBaseline, classificationMetrics, classScores } from "../../judging/metrics/classification.ts";
import { classColumns, encodeClasses, entropy, nameOf, ownOf, predictedClasses, saidClass } from "./classes.ts";
import { columnIn } from "./column-in.ts";
import type { TargetKind } from "./kind.ts";
import type { ClassPrediction } from "./prediction.ts";
import type { ClassificationTarget } from "./target.ts";

export const classification: TargetKind<ClassificationTarget> = {
  outputs: ({ classes }) => classes.length,
  width: () => 1,
  encode: (target, table, rows) => encodeClasses(target, columnIn(table, target.name), rows),
  say: (target, { predictions }) => predictedClasses(target, predictions),
  sayRow: (target, { predictions }, row) => saidClass(target, ownOf(predictions, row, target.classes.length), row),
  columns: (target, said, of) => classColumns(target, said as ClassPrediction, of),
  evaluate(target, { predictions }, { y, weight }, loss): Evaluation {
    if (!allFinite(predictions)) return { scores: { accuracy: null, f1: null, auc: null, loss } };
    const { accuracy, macroF1, auc, confusion } = classificationMetrics(predictions, y, target.classes.length, weight);
    const scores = { accuracy, f1: macroF1, auc, loss };
    return { scores, confusion, classes: classScores(confusion, target.classes) };
  },
  baseline({ classes }, train, data) {
    const found = classificationBaseline(train.y, data.y, classes.length, data.weight, train.weight);
    return { accuracy: found.accuracy, f1: found.macroF1, auc: found.auc, loss: found.logLoss };
  },
  beats: (_, own, guess) => Number(own.accuracy) > Number(guess.accuracy),
  guess: () => "majority class",
  graph: (_, predictions) => predictions,
  names: ({ classes }, of) => classes.map((name) => nameOf(name, of)),
  outputNames: ({ classes }) => classes,
  metrics: () => undefined,
  guessLoss: ({ classes }, _, train) => entropy(classes.length, train),
};
