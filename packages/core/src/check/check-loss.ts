/** `checkLoss`: whether a loss of one's own is one: a number for each row, right derivatives, finite far out. */
import { gradients } from "../autodiff/reverse.ts";
import { evaluate } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import { checkKeys } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import { program } from "../graph/program.ts";
import { type Loss, targetWidth } from "../nn/losses.ts";
import { constant, input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { checkOp, checkRows } from "./check-op.ts";
import { CHECK_OPTIONS, type CheckOptions, draw, type Operand } from "./operands.ts";
import { type CheckReport, compared, type Finding, reportOf } from "./report.ts";

/** What `checkLoss` is told: shapes, and how far out a loss must stay finite. */
export interface LossCheck extends CheckOptions {
  /** Of the network (default 3). */
  readonly outputs?: number;
  readonly rows?: number;
  /** Where targets that are values are drawn from (default 0 to 1). */
  readonly targets?: readonly [low: number, high: number];
  /**
   * An output up to which, on both sides, the loss must be finite (default 1e4: a network may well give that before it has
   * learnt anything). Less for losses that grow exponentially: e^z of Poisson's overflows at 710.
   */
  readonly far?: number;
}

/**
 * Checks that `perRow` gives a number for each row, its derivatives by the output to the second order, that no row costs
 * anything in another, that loss and gradient are finite far out, and that the loss of its prediction, if it has one, is
 * the same. Wrong rules are in the report; what `perRow` throws is thrown.
 */
export function checkLoss(loss: Loss, check: LossCheck = {}): CheckReport {
  checkKeys("checkLoss", check, { ...CHECK_OPTIONS, outputs: true, rows: true, targets: true, far: true });
  const { outputs = 3, rows = 4, targets = [0, 1], far = 1e4, ...options } = check;
  const target: Operand =
    loss.target === "labels"
      ? { shape: [rows], dtype: "i32", values: Float64Array.from({ length: rows }, (_, i) => i % outputs) }
      : { shape: [rows, targetWidth(loss, outputs)], from: targets };
  const operands = { output: { shape: [rows, outputs] }, target };
  const apply = (output: Expr, wanted: Expr): Expr => loss.perRow(output, wanted);
  const { inputs, values } = draw(operands, options.seed ?? 0);
  const perRow = apply(inputs[0], inputs[1]);
  if (perRow.type.shape.length !== 1 || perRow.type.shape[0] !== rows) {
    const message = `a number for each row is [${rows}], got [${perRow.type.shape.join(", ")}]`;
    return reportOf(loss.name, [{ check: "shape", verdict: "mismatch", error: 0, message }]);
  }
  // Targets have no derivative that anybody needs: they are fixed.
  const fixed = draw({ output: operands.output }, options.seed ?? 0);
  const given = fixedTarget(target, values.target);
  const report = checkOp((output) => apply(output, given), {
    name: loss.name,
    operands: { output: operands.output },
    ...options,
  });
  return reportOf(loss.name, [
    ...report.findings,
    checkRows(fixed, apply(fixed.inputs[0], given), rows, "output"),
    ...[far, -far].map((value) => finiteAt(loss, value, given, rows, outputs)),
    ...prediction(loss, perRow, inputs, values),
  ]);
}

const fixedTarget = ({ shape, dtype = "f64" }: Operand, values: Float64Array): Expr => constant(values, shape, dtype);

/** Whether loss and gradient are finite where an output is far from all others. */
function finiteAt(loss: Loss, far: number, target: Expr, rows: number, outputs: number): Finding {
  const output = input("output", [rows, outputs], "f64");
  const perRow = loss.perRow(output, target);
  const [slope] = gradients(sum(perRow), [output]);
  const values = Float64Array.from({ length: rows * outputs }, (_, i) => (i % outputs === 0 ? far : 0));
  const found = evaluate(referenceEngine, program("far", [output], { perRow, slope }), { output: values });
  const wrong = (["perRow", "slope"] as const).find((key) => !Array.from(found[key]).every(Number.isFinite));
  const check = `finite at outputs of ${far}`;
  if (wrong === undefined) return { check, verdict: "ok", error: 0 };
  const what = wrong === "perRow" ? "the loss" : "its gradient";
  return {
    check,
    verdict: "mismatch",
    error: 0,
    message: `${what} is not: take logits, or a form that does not overflow`,
  };
}

/** Whether the loss of the prediction is the loss. */
function prediction(
  loss: Loss,
  perRow: Expr,
  inputs: readonly Expr[],
  values: Readonly<Record<string, Float64Array>>,
): Finding[] {
  if (loss.predict === undefined || loss.ofPrediction === undefined) return [];
  const apart = loss.ofPrediction(loss.predict(inputs[0]), inputs[1]);
  const found = evaluate(referenceEngine, program("apart", inputs, { perRow, apart }), values);
  return [
    compared(
      "the loss of its prediction",
      found.perRow[0],
      found.apart[0],
      1,
      1e-9,
      "perRow and ofPrediction say",
      "mismatch",
    ),
  ];
}
