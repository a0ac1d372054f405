/** What an influence is on: a number that depends on the parameters, with its gradient by them. */
import {
  concat,
  constant,
  type Expr,
  forward,
  gradients,
  input,
  parametersOf,
  program,
  reshape,
} from "@chaingrad/core";
import { parameterInputs } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/core/user-error";
import { predictionOfRow } from "../chain/target-graph.ts";
import { judgedRows } from "../judging/labelled-rows.ts";
import { encode } from "../table/encoder.ts";
import { labelledRows } from "../table/labelled.ts";
import { TargetError } from "../table/table.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { answering } from "../understanding/answers.ts";
import { MixedRows } from "../understanding/mixed-rows.ts";
import { type OutputChoice, outputAt, placesFor } from "../understanding/output.ts";
import { placeOfRow, type Subject } from "../understanding/subject.ts";
import { RowLosses } from "./row-losses.ts";

export interface Quantity {
  readonly name: string;
  readonly value: number;
  /** By all parameters, [parameters]. */
  readonly gradient: Float64Array;
}

/** The prediction of a row, in the target's unit; of classes a probability. Throws as `placeOfRow`, `placesFor` and `encode`. */
export function predictionAt(subject: Subject, row: number, choice: OutputChoice): Quantity {
  const { model, engine, table } = subject;
  const place = placeOfRow(table, row);
  const places = placesFor(model.target, { class: choice.class });
  const said = answering(subject, 1)(new MixedRows(model, table, [place]).rows([0]));
  const output = outputAt(model.target, places, said);
  const { network, target, objective, encoder, tensors } = model;
  const { params } = parameterInputs(network, "f64");
  const x = input("x", [1, network.inputs], "f64");
  const { output: outputs } = forward(network, params, x, { training: false });
  const offsets = offsetsFor(target, table, [place]);
  const offset = offsets && constant(offsets, [1, offsets.length], "f64");
  const prediction = predictionOfRow(target, objective.loss, outputs, output.place, offset);
  const parameters = parametersOf(network).map(({ name }) => params[name]);
  const gradient = concat(
    gradients(prediction, parameters).map((slope) => reshape(slope, [sizeOf(slope)])),
    0,
  );
  const executable = engine.compile(program("prediction", [...parameters, x], { prediction, gradient }));
  for (const { label = "" } of parameters) executable.write(label, tensors[label]);
  executable.write("x", encode(encoder, table, [place]));
  executable.run();
  return {
    name: output.name,
    value: executable.read("prediction")[0],
    gradient: executable.read("gradient") as Float64Array,
  };
}

const sizeOf = ({ type }: Expr): number => type.shape.reduce((size, n) => size * n, 1);

/** The loss of a row whose target is known. Throws TargetError where it is not, and as `predictionAt`. */
export function lossAt({ model, engine, table }: Subject, row: number, className: string | undefined): Quantity {
  if (className !== undefined)
    throw new UserError("class: the loss is of all classes together", "Leave it away.", { option: "class" });
  const place = placeOfRow(table, row);
  const { target } = model;
  if (labelledRows(target, table, [place], "which the loss is taken of").rows.length === 0)
    throw new TargetError(`row ${row} has no value in '${target.name}'`, target.name);
  const { data } = judgedRows(model, table, [place]);
  const one = new RowLosses(model, engine, { data, shares: Float64Array.of(1) });
  return { name: "loss", value: one.norms().losses[0], gradient: one.meanGradient() };
}
