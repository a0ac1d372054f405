/** What a model says of rows that are encoded, in float64 and in the target's own terms. */
import { predictorOf } from "@chaingrad/core";
import { kindOf } from "../table/targets/kind-of.ts";
import { numbersOf } from "../table/targets/prediction.ts";
import type { EncodedRows } from "./mixed-rows.ts";
import type { Subject } from "./subject.ts";

/** All that is said of each row, [rows, numbers] row-major, in the order of `TargetKind.names`. */
export type Answer = (rows: EncodedRows) => Float64Array;

/**
 * Plans are compiled once, for about so many rows at a time. The answer throws EncodingError where nothing can be said of a row, for
 * the model's weights overflow.
 */
export function answering({ model, engine }: Subject, rows: number): Answer {
  const predictor = predictorOf(model, engine, rows, "f64");
  const { target } = model;
  return ({ x, offsets }) =>
    numbersOf(kindOf(target).say(target, { predictions: predictor.predict(x).predictions, offsets }));
}

/** How many numbers are said of a row. */
export const widthOf = ({ model: { target } }: Subject): number => kindOf(target).names(target, undefined).length;

/** Number `place` of each row. */
export function numbersIn(said: Float64Array, width: number, place: number): Float64Array {
  return Float64Array.from({ length: said.length / width }, (_, row) => said[row * width + place]);
}

/** The mean over rows of each number that is said. */
export function meansOf(said: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, place) => meanOf(numbersIn(said, width, place)));
}

export const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** The standard deviation of a sample, with n − 1; NaN of one value. */
export function deviationOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  const squares = Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
