/** An equation as people write it, y = a * exp(-b * x): what stands left of the sign, and the formula at its right. */
import { FormulaError } from "./formula-error.ts";
import { type Formula, parseFormula } from "./parse.ts";

export interface Sides {
  /** As it stands, without the blanks round it: a column's name, or a formula of columns. */
  readonly left: string;
  readonly right: Formula;
}

/** Throws FormulaError, its place in the whole equation, where there is not one sign "=", or where the right side is no formula. */
export function parseEquation(text: string): Sides {
  const signs = [...text.matchAll(/`[^`]*`|=/g)].filter(([found]) => found === "=").map(({ index }) => index);
  if (signs.length === 0)
    throw new FormulaError("there is no '='", text, text.length, "Write it like y = a * exp(-b * x).");
  if (signs.length > 1) throw new FormulaError("there is a second '='", text, signs[1], "A curve is one equation.");
  const [sign] = signs;
  const left = text.slice(0, sign).trim();
  if (left === "")
    throw new FormulaError("nothing stands before '='", text, sign, "Write it like y = a * exp(-b * x).");
  return { left, right: formulaAfter(text, sign) };
}

/** The places in it are those of the whole text. */
function formulaAfter(text: string, sign: number): Formula {
  // Blanks in place of what stands before, so that nothing moves.
  const right = " ".repeat(sign + 1) + text.slice(sign + 1);
  if (right.trim() === "") throw new FormulaError("nothing stands after '='", text, sign);
  try {
    return { ...parseFormula(right), text };
  } catch (error) {
    throw error instanceof FormulaError ? error.within(text) : error;
  }
}
