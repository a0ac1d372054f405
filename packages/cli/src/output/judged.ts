/** What `evaluate` says beyond the first scores: further ones, a reliability curve, and what a threshold decides. */
import { type Coverage, type Target, targetsOf } from "@chaingrad/tables";
import type { CalibrationBin, Decision, FurtherScores, ThresholdGoal, TwoClasses } from "@chaingrad/tables/judging";
import { calibratedThreshold } from "@chaingrad/tables/judging";
import { alignColumns } from "./align.ts";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";
import { paragraph } from "./wrap.ts";

const score = (value: number | null): string => (value === null ? "–" : value.toPrecision(4));

/** Weights that sum to a whole number are rows. */
const rowsText = (weight: number): string => (Number.isInteger(weight) ? String(weight) : weight.toPrecision(4));

/** What intervals hold. */
export interface Covered {
  readonly level: number;
  /** Of each target, null where it has none. */
  readonly targets: readonly (Coverage | null)[];
}

export function printCoverage(target: Target, { level, targets }: Covered, width: number): Shown[] {
  return [
    "",
    ...targets.flatMap((own, i): Shown[] => {
      if (own === null) return [];
      const { name, task } = targetsOf(target)[i];
      const [what, size] =
        task === "regression"
          ? ["intervals", `half of them are wider than ${score(own.width)}`]
          : ["sets of classes", `they hold ${score(own.width)} classes in the mean`];
      return paragraph(
        `${what} of ${name} for ${level} of all hold ${score(own.covered)} of these rows; ${size}`,
        width,
      );
    }),
  ];
}

/** More classes than this are not told one by one. */
const MOST_CLASSES = 20;

/** Further scores of each target, under a heading. */
export function printFurther(further: readonly FurtherScores[], width: number): Shown[] {
  return further.flatMap(({ name, scores, averages, classes = [] }) => {
    const of = further.length > 1 ? ` of ${name}` : "";
    const rows = Object.entries(scores).map(([own, value]) => [own, score(value)]);
    const means = Object.entries(averages ?? {}).map(([mean, { precision, recall, f1 }]) => [
      ...[`${mean} mean`, score(precision), score(recall), score(f1)],
    ]);
    const ranked = classes.length > MOST_CLASSES ? [] : classes;
    const each = ranked.map((one) => [one.name, score(one.auc), score(one.averagePrecision)]);
    return [
      "",
      ...paragraph(`further scores${of}`, width),
      ...alignColumns(rows, "lr"),
      ...(means.length > 0
        ? ["", ...formatTable(["over classes", "precision", "recall", "f1"], means, "lrrr", width)]
        : []),
      ...(each.length > 0
        ? ["", ...formatTable(["against the rest", "auc", "average precision"], each, "lrr", width)]
        : []),
    ];
  });
}

/** A row for each bin: what was said, what came true, and a bar as long as that. */
export function printReliability(further: readonly FurtherScores[], width: number): Shown[] {
  return further.flatMap(({ name, reliability }) => {
    if (reliability === undefined) return [];
    const what = reliability.of === undefined ? "of the most probable class" : `of '${reliability.of}'`;
    const of = further.length > 1 ? ` of ${name}` : "";
    return [
      "",
      ...paragraph(`reliability${of}: the probability ${what}, and how often it comes true`, width),
      ...formatTable(["probability", "rows", "said", "true", ""], reliability.bins.map(binRow), "lrrrl", width),
    ];
  });
}

const BAR = 20;

const binRow = ({ from, to, rows, predicted, observed }: CalibrationBin): string[] => [
  `${short(from)} to ${short(to)}`,
  rowsText(rows),
  predicted.toFixed(3),
  observed.toFixed(3),
  "█".repeat(Math.round(BAR * observed)),
];

const short = (edge: number): string => String(Number(edge.toPrecision(3)));

/** A threshold that was chosen or given, and what one half decides. */
export interface Decided extends TwoClasses {
  readonly goal: ThresholdGoal | undefined;
  readonly decision: Decision;
  readonly half: Decision;
}

/** The threshold, what it was chosen for and on which rows, and its confusion beside that of one half. */
export function printDecided(decided: Decided, file: string, width: number): Shown[] {
  const { positive, negative, goal, decision, half } = decided;
  const chosen = goal === undefined ? "" : `, chosen for ${goalText(goal)}`;
  const head = `threshold ${decision.threshold} of '${positive}'${chosen}: a row is '${positive}' where its probability is above it, else '${negative}'`;
  return [
    "",
    ...paragraph(head, width),
    ...(goal === undefined ? [] : paragraph(`it was chosen on these rows of ${file}: ${UNSEEN}`, width)),
    ...besideHalf(decided, width),
    ...[decision, half].flatMap((one) => ["", ...confusionLines(one, decided, width)]),
    ...(goal !== undefined && "costs" in goal
      ? [
          "",
          ...paragraph(
            `of probabilities that are what they say, ${score(calibratedThreshold(goal.costs))} would cost least`,
            width,
          ),
        ]
      : []),
  ];
}

const UNSEEN =
  "choose it on rows that were not used in training, and judge it on others again, or it looks better than it is";

function goalText(goal: ThresholdGoal): string {
  if ("for" in goal) return "the greatest F1";
  if ("recall" in goal) return `the fewest false alarms at a recall of ${goal.recall} at least`;
  const [[tn, fp], [fn, tp]] = goal.costs;
  const costs = Object.entries({ FN: fn, FP: fp, TP: tp, TN: tn }).filter(([, cost]) => cost !== 0);
  return `the least cost (${costs.map(([name, cost]) => `${name} ${cost}`).join(", ")})`;
}

function besideHalf({ decision, half }: Decided, width: number): Shown[] {
  const names = ["accuracy", "precision", "recall", "f1", ...(decision.cost === undefined ? [] : ["cost"])] as const;
  const row = (one: Decision): string[] => [
    String(one.threshold),
    ...names.map((name) => score(one[name as "accuracy" | "cost"] ?? null)),
  ];
  return formatTable(["threshold", ...names], [row(decision), row(half)], `l${"r".repeat(names.length)}`, width);
}

function confusionLines(
  { threshold, confusion }: Decision,
  { positive, negative }: TwoClasses,
  width: number,
): Shown[] {
  const rows = confusion.map((truth, label) => [label === 1 ? positive : negative, ...truth.map(rowsText)]);
  return [
    ...paragraph(`confusion at ${threshold} (truth down, decision across)`, width),
    ...alignColumns([["", negative, positive], ...rows], "lrr"),
  ];
}
