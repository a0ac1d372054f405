/** Where a chain may start that is no loss: what each of a model's numbers is called. */
import { constant, evaluate, nearest, program, referenceEngine } from "@chaingrad/core";
import { mostProbable } from "@chaingrad/core/given";
import { computeGradients } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/core/user-error";
import { predictionGraph } from "../chain/target-graph.ts";
import type { TableModelData } from "../model/model-file.ts";
import { singleKind } from "../table/targets/kinds.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { type SingleTarget, type Target, targetsOf } from "../table/targets/target.ts";
import type { ChosenRows, OpenedNetwork } from "./opened.ts";

/** A name with the places of the numbers that it may stand for: of several the largest is meant. */
interface Start {
  readonly name: string;
  readonly places: readonly number[];
}

/** "prediction", or of several targets each one's name; then each class, label or quantile. */
export function startsOf(target: Target): Start[] {
  const isOne = target.task !== "several";
  let first = 0;
  return targetsOf(target).flatMap((one) => {
    const numbers = singleKind(one).names(one, undefined).length;
    const places = Array.from({ length: numbers }, (_, i) => first + i);
    first += numbers;
    const said = one.task === "regression" ? [places[Math.floor((numbers - 1) / 2)]] : places;
    const whole = { name: isOne ? "prediction" : one.name, places: said };
    const each = partsOf(one).map((name, i) => ({ name: isOne ? name : `${one.name}=${name}`, places: [places[i]] }));
    return [whole, ...each];
  });
}

/** What its numbers are called by themselves: classes, labels, "q0.9"; nothing where there is one. */
export function partsOf(target: SingleTarget): readonly string[] {
  if (target.task === "regression") return target.quantiles?.map((tau) => `q${tau}`) ?? [];
  return target.task === "multi-label" ? target.labels : target.classes;
}

/** Which of a row's numbers is meant. Throws UserError on a name that there is not, and on rows of which there are several. */
export function placeOfStart(
  opened: OpenedNetwork,
  { target }: TableModelData,
  batch: ChosenRows,
  from: string,
): number {
  if (batch.rows !== 1) throw refuse("a prediction is one row's", "Choose it by its number.");
  const starts = startsOf(target);
  const places = starts.find(({ name }) => name === from)?.places;
  if (places === undefined) throw unknown(target, from);
  if (places.length === 1) return places[0];
  const { outputs } = computeGradients(opened, opened.tensors, batch, referenceEngine, "f64");
  const values = constant(outputs.values, outputs.shape, "f64");
  const offsets = batch.from && offsetsFor(target, batch.from.table, batch.from.rows);
  const offset = offsets && constant(offsets, [1, offsets.length], "f64");
  const graph = predictionGraph(target, opened.objective.loss, values, offset);
  const { said } = evaluate(referenceEngine, program("said", [], { said: graph }), {});
  return places[
    mostProbable(
      Float64Array.from(places, (place) => said[place]),
      0,
      places.length,
    )
  ];
}

function unknown(target: Target, from: string): UserError {
  const names = startsOf(target).map(({ name }) => name);
  const known = ["loss", ...names];
  const near = nearest(from, known);
  const kinds = target.task === "several" ? "loss or a target" : "loss, prediction";
  return refuse(
    `'${from}', but the chain starts from ${kinds}${names.length > 1 && target.task !== "several" ? " or a class" : ""}`,
    near === undefined ? `It can be ${known.join(", ")}.` : `Did you mean '${near}'?`,
  );
}

export const refuse = (problem: string, hint: string): UserError =>
  new UserError(`from: ${problem}`, hint, { option: "from" });
