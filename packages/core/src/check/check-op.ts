/** `checkOp` and `checkLayer`: whether functions of expressions, and the ops in them, have the derivatives that they claim. */

import { evaluate } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import { checkKeys } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import { program } from "../graph/program.ts";
import { printType, type Shape, sizeOf } from "../graph/type.ts";
import { cast } from "../ops/convert.ts";
import { checkGraph } from "./graph-check.ts";
import { CHECK_OPTIONS, type CheckOptions, type Drawn, draw, type Operand } from "./operands.ts";
import { type CheckReport, type Finding, reportOf } from "./report.ts";

/** What one's own op, or any function of expressions, is called with in a check. */
export interface OpCheck extends CheckOptions {
  /** What reports call it (default "op"). */
  readonly name?: string;
  /** Operands in order, by the names that reports use. */
  readonly operands: Readonly<Record<string, Operand>>;
}

/**
 * Checks the shape, both modes, the second order and the batch rules of `apply` at random numbers. Wrong rules are in the
 * report; what `apply` throws is thrown.
 */
export function checkOp(apply: (...operands: Expr[]) => Expr, check: OpCheck): CheckReport {
  checkKeys("checkOp", check ?? null, { ...CHECK_OPTIONS, name: true, operands: true });
  const { name = "op", operands, orders = 2, seed = 0 } = check;
  const drawn = draw(operands, seed);
  const output = apply(...drawn.inputs);
  const shape = checkShape(drawn, output);
  // The reference engine holds every type in float64: nothing is rounded on the way back from another one.
  const graph = { ...drawn, output: output.type.dtype === "f64" ? output : cast(output, "f64"), orders };
  const findings = shape.verdict === "mismatch" ? [] : checkGraph(graph, seed);
  return reportOf(name, [shape, ...findings]);
}

/** Whether the value has as many numbers as the type says. */
function checkShape({ inputs, values }: Drawn, output: Expr): Finding {
  const { result } = evaluate(referenceEngine, program("check", inputs, { result: output }), values);
  const [size, expected] = [result.length, sizeOf(output.type.shape)];
  if (size === expected && Array.from(result).every(Number.isFinite))
    return { check: "value", verdict: "ok", error: 0 };
  const message =
    size === expected
      ? "it is not finite at these numbers"
      : `${printType(output.type)} has ${expected} numbers, got ${size}`;
  return { check: "value", verdict: "mismatch", error: 0, message };
}

/** What `checkLayer` is told of a layer: the shapes of its rows and parameters. */
export interface LayerCheck extends CheckOptions {
  readonly name?: string;
  /** [batch, inputs] of x. */
  readonly x: Shape;
  /** The parameters' shapes by name. */
  readonly parameters?: Readonly<Record<string, Shape>>;
}

/**
 * Checks a layer of one's own, (x, parameters) → [batch, units]: its derivatives by x and every parameter, and that each
 * row of the output depends on its own row of x alone.
 */
export function checkLayer(
  layer: (x: Expr, parameters: Readonly<Record<string, Expr>>) => Expr,
  check: LayerCheck,
): CheckReport {
  checkKeys("checkLayer", check ?? null, { ...CHECK_OPTIONS, name: true, x: true, parameters: true });
  const { name = "layer", x, parameters = {}, ...options } = check;
  const named = Object.keys(parameters);
  const operands = { x: { shape: x }, ...Object.fromEntries(named.map((key) => [key, { shape: parameters[key] }])) };
  const apply = (rows: Expr, ...given: Expr[]): Expr =>
    layer(rows, Object.fromEntries(named.map((key, i) => [key, given[i]])));
  const report = checkOp(apply, { name, operands, ...options });
  const drawn = draw(operands, options.seed ?? 0);
  return reportOf(name, [...report.findings, checkRows(drawn, apply(drawn.inputs[0], ...drawn.inputs.slice(1)), x[0])]);
}

/** Moves the first row of x, and looks whether another row of the output moves. */
export function checkRows({ inputs, values }: Drawn, output: Expr, rows: number, moved = "x"): Finding {
  const check = "rows are independent";
  if (rows < 2 || output.type.shape[0] !== rows) return { check, verdict: "ok", error: 0 };
  const run = (given: Readonly<Record<string, Float64Array>>): ArrayLike<number> =>
    evaluate(referenceEngine, program("check", inputs, { output }), given).output;
  const width = values[moved].length / rows;
  const [before, after] = [
    run(values),
    run({ ...values, [moved]: values[moved].map((value, i) => (i < width ? value + 0.25 : value)) }),
  ];
  const own = before.length / rows;
  const other = Array.from(before).findIndex((value, i) => i >= own && value !== after[i]);
  if (other < 0) return { check, verdict: "ok", error: 0 };
  const message = `row ${Math.floor(other / own) + 1} of the output changes with row 1 of ${moved}`;
  return { check, verdict: "mismatch", error: 0, message };
}
