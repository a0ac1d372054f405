/** BATCH.json: rows, their targets and, if they differ, their weights. */
import { domainOf, type Loss, type NetworkSpec, outputsOf, targetWidth } from "@chaingrad/core";
import type { Batch, Net } from "@chaingrad/core/net";
import { Field } from "./field.ts";

/** `label` is how messages call the file. Throws UserError where the rows are not what the network takes. */
export function parseBatch(document: unknown, label: string, { network, objective: { loss } }: Net): Batch {
  const fields = new Field(document, label).object(["x", "y", "weight"]);
  const x = fields.x.matrix("a list of rows, [rows, inputs]");
  if (x.columns !== network.inputs) {
    throw fields.x.refuse(
      `must be [rows, ${network.inputs}] for a network of ${inputs(network)}, got [${x.rows}, ${x.columns}]`,
    );
  }
  const outputs = outputsOf(network);
  const y = loss.target === "labels" ? labels(fields.y, x.rows, outputs) : targets(fields.y, x.rows, outputs);
  checkDomain(fields.y, y, loss, outputs);
  return {
    rows: x.rows,
    x: x.values,
    y,
    weight: fields.weight.present ? rowWeights(fields.weight, x.rows) : undefined,
  };
}

const inputs = ({ inputs }: NetworkSpec): string => `${inputs} input${inputs === 1 ? "" : "s"}`;

function labels(field: Field, rows: number, classes: number): Float64Array {
  const expected = `a class from 0 to ${classes - 1}`;
  const items = field.list(`a list of ${rows} labels, one for each row of x`);
  if (items.length !== rows) throw field.wrong(`a list of ${rows} labels, one for each row of x`);
  return Float64Array.from(items, (item) =>
    item.number(expected, (value) => Number.isInteger(value) && value >= 0 && value < classes),
  );
}

/** Throws UserError naming the first target that the loss is not for. */
function checkDomain(field: Field, y: Float64Array, loss: Loss, outputs: number): void {
  const { text, holds } = domainOf(loss, outputs);
  const bad = y.findIndex((value) => !holds(value));
  if (bad < 0) return;
  const width = targetWidth(loss, outputs);
  const where = `row ${Math.floor(bad / width) + 1}${width > 1 ? `, output ${(bad % width) + 1}` : ""}`;
  throw field.refuse(`holds ${y[bad]} in ${where}: the loss '${loss.name}' takes ${text}`);
}

/** A network of one output may have its targets as a plain list. */
function targets(field: Field, rows: number, outputs: number): Float64Array {
  const given = field.shape();
  const expected = `[${rows}, ${outputs}]${outputs === 1 ? ` or [${rows}]` : ""}`;
  const fits = given.length === 2 || (given.length === 1 && outputs === 1);
  if (!fits) throw field.wrong(`numbers of shape ${expected}`);
  const matrix = given.length === 1 ? asColumn(field.vector()) : field.matrix();
  if (matrix.rows !== rows || matrix.columns !== outputs) {
    throw field.wrong(`numbers of shape ${expected}`, undefined, `[${given.join(", ")}]`);
  }
  return matrix.values;
}

const asColumn = (values: Float64Array): { rows: number; columns: number; values: Float64Array } => ({
  rows: values.length,
  columns: 1,
  values,
});

function rowWeights(field: Field, rows: number): Float64Array {
  const expected = `a list of ${rows} numbers ≥ 0, one for each row of x`;
  const items = field.list(expected);
  if (items.length !== rows) throw field.wrong(expected);
  const weights = Float64Array.from(items, (item) => item.number("a number ≥ 0", (value) => value >= 0));
  if (!Number.isFinite(weights.reduce((sum, weight) => sum + weight, 0)))
    throw field.wrong("weights with a finite sum");
  return weights;
}
