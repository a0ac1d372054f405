/** What training computes in: an element type, or products of bf16 between weights and optimizer state of f32. */
import { type CompileOptions, checkBf16, type Engine } from "../engines/engine.ts";
import { checkName } from "../given/names.ts";
import type { FloatType } from "../graph/type.ts";

/**
 * "bf16": everything is of f32 but the factors of matrix products, which are rounded to bf16 where that is faster on this machine.
 * Predictions, models and their files are those of f32.
 */
export type Precision = FloatType | "bf16";

const PRECISIONS: readonly Precision[] = ["f32", "f64", "bf16"];

/** Throws RangeError on what there is not, and on bf16 where the engine cannot multiply in it. */
export function checkPrecision(precision: Precision, engine: Engine): void {
  checkName("dtype", precision, PRECISIONS);
  if (precision === "bf16") checkBf16(engine);
}

/** Of what is carried from step to step. */
export const elementsOf = (precision: Precision): FloatType => (precision === "bf16" ? "f32" : precision);

/** What compiling a step is told of it. */
export const productsOf = (precision: Precision | undefined): Pick<CompileOptions, "products"> =>
  precision === "bf16" ? { products: precision } : {};
