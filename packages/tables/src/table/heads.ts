/** What is predicted, target by target: each may be learnt in several ways, one of which is chosen before training. */
import type { Loss } from "@chaingrad/core";
import type { Part } from "./parts.ts";
import { type Column, type Table, TargetError } from "./table.ts";
import { amountsOf, fitTarget } from "./target.ts";
import { offsetsOf } from "./targets/amounts.ts";
import { beside } from "./targets/beside.ts";
import { type Framing, type FramingOptions, framingsOf, LOSSES, usualLoss } from "./targets/framing.ts";
import type { Encoded, Truth } from "./targets/kind.ts";
import { singleKind } from "./targets/kinds.ts";
import { lossOfAll } from "./targets/rows.ts";
import type { RegressionTarget, SingleTarget, Target } from "./targets/target.ts";

type Parts<T> = Readonly<Record<Part, T>>;

/** A way to learn a target, with the targets of the rows of each part as numbers. */
export interface Way extends Framing {
  readonly y: Parts<Encoded>;
}

/** A target with the ways it may be learnt, the plainest first. */
export interface PreparedHead {
  readonly ways: readonly [Way, ...Way[]];
}

/** All targets, each in one way. */
export interface Settled {
  readonly target: Target;
  readonly loss: Loss;
  readonly y: Parts<Encoded>;
}

/**
 * The ways that suit the rows of a part and the whole table, too, each head's plainest where none does: of rows without a 0 that some
 * other row has, no logarithm is learnt.
 */
export function waysOfBoth(part: readonly PreparedHead[], whole: readonly PreparedHead[]): PreparedHead[] {
  const isLog = ({ target }: Way): boolean => target.task === "regression" && target.factor !== undefined;
  return part.map(({ ways: [first, ...others] }, i) => {
    const isAlike = (one: Way) => (way: Way) => way.loss.name === one.loss.name && isLog(way) === isLog(one);
    return { ways: [first, ...others.filter((one) => whole[i].ways.some(isAlike(one)))] };
  });
}

export interface HeadRows {
  readonly table: Table;
  readonly column: Column;
  /** Of all rows that are used. */
  readonly target: SingleTarget;
  readonly rows: Parts<Int32Array>;
  readonly weights: Float64Array | undefined;
}

/** Throws TargetError where the training rows cannot be learnt from, or what was asked for does not suit the target. */
export function prepareHead(given: HeadRows, options: FramingOptions): PreparedHead {
  const { table, column, rows } = given;
  const first = column.values[rows.train[0]];
  if (rows.train.every((row) => column.values[row] === first)) {
    const only = `'${String(first)}' in every one of the ${rows.train.length} training rows`;
    throw new TargetError(`the target '${column.name}' is ${only}: add rows, or try another seed`, column.name);
  }
  const ways = framings(given, options).map((framing): Way => {
    const part = (own: Int32Array): Encoded => singleKind(framing.target).encode(framing.target, table, own);
    return { ...framing, y: { train: part(rows.train), validation: part(rows.validation), test: part(rows.test) } };
  });
  return { ways: ways as [Way, ...Way[]] };
}

function framings({ table, column, target, rows, weights }: HeadRows, options: FramingOptions): Framing[] {
  if (target.task !== "regression") {
    if (options.offset !== undefined)
      throw new TargetError(`an offset is for amounts and counts; '${target.name}' is a ${target.task}`, target.name);
    if (options.loss !== undefined && !LOSSES[target.task].includes(options.loss))
      return refuseLoss(target, options.loss);
    const loss = usualLoss(target);
    return [{ target, loss, words: loss.name.replaceAll("-", " ") }];
  }
  if (options.loss !== undefined && !LOSSES.regression.includes(options.loss)) return refuseLoss(target, options.loss);
  const { train } = rows;
  const fitted = fitTarget(column, train, { task: "regression", weights }).target as RegressionTarget;
  const used = new Int32Array(train.length + rows.validation.length + rows.test.length);
  used.set(train);
  used.set(rows.validation, train.length);
  used.set(rows.test, train.length + rows.validation.length);
  used.sort();
  const { offset } = options;
  // Of all rows, so that the first that is wrong is named.
  if (offset !== undefined) offsetsOf({ ...fitted, offset }, table, used);
  const offsets = offset && offsetsOf({ ...fitted, offset }, table, train);
  const training = amountsOf(column, train, weights);
  return framingsOf(column, { ...fitted, why: target.why }, amountsOf(column, used), training, offsets, options);
}

function refuseLoss({ name, task }: SingleTarget, loss: string): never {
  const losses = LOSSES[task].join(", ");
  throw new TargetError(`the loss '${loss}' does not suit the target '${name}', a ${task}: it can be ${losses}`, name);
}

/** Each target in the way at its place. */
export function settled(
  heads: readonly PreparedHead[],
  places: readonly number[],
  weight: Parts<Truth["weight"]>,
): Settled {
  const ways = heads.map(({ ways: own }, i) => own[places[i]]);
  const truth =
    (part: Part) =>
    (way: Way): Truth => ({ y: way.y[part], weight: weight[part] });
  const loss = lossOfAll(ways, ways.map(truth("train")));
  if (ways.length === 1) return { target: ways[0].target, loss, y: ways[0].y };
  const targets = ways.map(({ target }) => target);
  const why = targets.map((one) => `'${one.name}' ${one.task}: ${one.why}`).join("; ");
  const all = (part: Part, rows: number): Float64Array =>
    beside(
      ways.map(({ y }) => y[part]),
      rows,
    );
  const rowsOf = (part: Part): number => ways[0].y[part].length / singleKind(ways[0].target).width(ways[0].target);
  const y = {
    train: all("train", rowsOf("train")),
    validation: all("validation", rowsOf("validation")),
    test: all("test", rowsOf("test")),
  };
  return { target: { task: "several", name: targets.map(({ name }) => name).join(", "), targets, why }, loss, y };
}
