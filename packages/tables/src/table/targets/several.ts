/** Several targets at once: what each says, beside each other. */
import { concat, type Expr, slice } from "@chaingrad/core";
import type { Evaluation, Scores } from "../../judging/evaluation.ts";
import type { Rows, Table } from "../table.ts";
import { beside } from "./beside.ts";
import type { Predicted, TargetKind, Truth } from "./kind.ts";
import { singleKind } from "./kinds.ts";
import type { Said, SeveralPrediction, TablePrediction } from "./prediction.ts";
import { movedTargets, type SeveralTarget, type SingleTarget } from "./target.ts";

interface Placed {
  readonly target: SingleTarget;
  readonly kind: TargetKind<SingleTarget>;
  /** Of its outputs, and of its numbers in a row's target. */
  readonly first: number;
  readonly start: number;
  /** Of its offset among those of all, where it has one. */
  readonly moved: number | undefined;
}

function placed({ targets }: SeveralTarget): Placed[] {
  let [first, start, offsets] = [0, 0, 0];
  return targets.map((target) => {
    const kind = singleKind(target);
    const moved = movedTargets(target).length > 0 ? offsets++ : undefined;
    const one = { target, kind, first, start, moved };
    first += kind.outputs(target);
    start += kind.width(target);
    return one;
  });
}

const sum = (target: SeveralTarget, of: (kind: TargetKind<SingleTarget>, one: SingleTarget) => number): number =>
  target.targets.reduce((total, one) => total + of(singleKind(one), one), 0);

const outputs = (target: SeveralTarget): number => sum(target, (kind, one) => kind.outputs(one));
const width = (target: SeveralTarget): number => sum(target, (kind, one) => kind.width(one));

/** `count` columns of a row-major matrix of `of`, from `first` on. */
function part(values: ArrayLike<number>, of: number, first: number, count: number): Float64Array {
  const rows = values.length / of;
  return Float64Array.from(
    { length: rows * count },
    (_, i) => values[Math.floor(i / count) * of + first + (i % count)],
  );
}

const predictedOf = (
  whole: SeveralTarget,
  { predictions, offsets }: Predicted,
  { target, kind, first, moved }: Placed,
): Predicted => ({
  predictions: part(predictions, outputs(whole), first, kind.outputs(target)),
  ...(offsets && moved !== undefined && { offsets: part(offsets, movedTargets(whole).length, moved, 1) }),
});

const truthOf = (whole: SeveralTarget, { y, weight }: Truth, { target, kind, start }: Placed): Truth => ({
  y: part(y, width(whole), start, kind.width(target)),
  ...(weight && { weight }),
});

/** What the target at `place` of several has of rows that were encoded. */
export const truthIn = (target: SeveralTarget, truth: Truth, place: number): Truth =>
  truthOf(target, truth, placed(target)[place]);

/** What was predicted for the target at `place` of several. */
export const predictedIn = (target: SeveralTarget, given: Predicted, place: number): Predicted =>
  predictedOf(target, given, placed(target)[place]);

/** "r2 of y1": the scores of each target under names of their own. */
const named = (target: SeveralTarget, scores: readonly Scores[]): [string, number | null][] =>
  scores.flatMap((own, i) =>
    Object.entries(own)
      .filter(([name]) => name !== "loss")
      .map(([name, value]): [string, number | null] => [`${name} of ${target.targets[i].name}`, value]),
  );

/** The scores of one target of several, by their own names. */
export const scoresOf = (scores: Scores, name: string): Scores =>
  Object.fromEntries(
    Object.entries(scores).flatMap(([own, value]) =>
      own.endsWith(` of ${name}`) ? [[own.slice(0, -` of ${name}`.length), value]] : [],
    ),
  );

export const several: TargetKind<SeveralTarget> = {
  outputs,
  width,
  encode: ({ targets }, table: Table, rows: Rows) =>
    beside(
      targets.map((one) => singleKind(one).encode(one, table, rows)),
      rows.length,
    ),
  say: (target, given): SeveralPrediction => ({
    task: "several",
    targets: placed(target).map(
      (one) => one.kind.say(one.target, predictedOf(target, given, one)) as SeveralPrediction["targets"][number],
    ),
  }),
  sayRow(target, { predictions, offsets }, row): Said {
    const of = (values: Float64Array, width: number) => values.subarray(row * width, (row + 1) * width);
    const own = {
      predictions: of(predictions, outputs(target)),
      offsets: offsets && of(offsets, movedTargets(target).length),
    };
    const said = placed(target).map((one): [string, Said] => [
      one.target.name,
      one.kind.sayRow(one.target, predictedOf(target, own, one), 0),
    ]);
    const all = <Part extends keyof Said>(key: Part): Record<string, unknown> =>
      Object.fromEntries(said.filter(([, one]) => one[key] !== undefined).map(([name, one]) => [name, one[key]]));
    const parts = (["label", "labels", "probabilities", "quantiles"] as const).map((key) => [key, all(key)] as const);
    const there = parts.filter(([, own]) => Object.keys(own).length > 0);
    return { value: all("value"), ...Object.fromEntries(there) } as Said;
  },
  columns: (target, said: TablePrediction) =>
    target.targets.flatMap((one, i) => singleKind(one).columns(one, (said as SeveralPrediction).targets[i], one.name)),
  evaluate(target, given, truth, loss): Evaluation {
    const targets = placed(target).map((one) =>
      one.kind.evaluate(one.target, predictedOf(target, given, one), truthOf(target, truth, one), null),
    );
    const scores = named(
      target,
      targets.map(({ scores: own }) => own),
    );
    return { scores: { ...Object.fromEntries(scores), loss }, targets };
  },
  baseline(target, train, data) {
    const scores = placed(target).map((one) =>
      one.kind.baseline(one.target, truthOf(target, train, one), truthOf(target, data, one)),
    );
    return { ...Object.fromEntries(named(target, scores)), loss: null };
  },
  beats: ({ targets }, own, guess) =>
    targets.some((one) => singleKind(one).beats(one, scoresOf(own, one.name), scoresOf(guess, one.name))),
  guess: () => "mean, or majority class",
  graph(target, predictions, offset): Expr {
    const rows = predictions.type.shape[0];
    const parts = placed(target).map(({ target: one, kind, first, moved }) => {
      const own = moved === undefined ? undefined : offset && slice(offset, [0, moved], [rows, 1]);
      return kind.graph(one, slice(predictions, [0, first], [rows, kind.outputs(one)]), own);
    });
    return concat(parts, 1);
  },
  names: ({ targets }) => targets.flatMap((one) => singleKind(one).names(one, one.name)),
  outputNames: ({ targets }) =>
    targets.flatMap((one) => {
      const own = singleKind(one).outputNames(one);
      return one.task === "regression" ? own : own.map((name) => `${one.name} = ${name}`);
    }),
  metrics: () => ({}),
  guessLoss: () => 1,
};
