/**
 * Mathematics as a tree, not as text: what an op says of how it is written. Printers (terminal, LaTeX, MathML) turn one
 * tree into their own marks, so no op is typeset twice.
 */

export type Notation =
  | { readonly form: "symbol"; readonly name: string }
  | { readonly form: "number"; readonly value: number }
  | { readonly form: "infix"; readonly operator: InfixOperator; readonly parts: readonly Notation[] }
  | { readonly form: "negation"; readonly of: Notation }
  | { readonly form: "power"; readonly base: Notation; readonly exponent: Notation }
  | { readonly form: "transpose"; readonly of: Notation }
  /** One element: W[i, j]. */
  | { readonly form: "element"; readonly of: Notation; readonly at: readonly Notation[] }
  /** What people call one number, or a place along an axis, and the symbol that it stands for: weight_lbs for x[4]. */
  | { readonly form: "name"; readonly name: string; readonly stands: Notation; readonly isPartial?: boolean }
  | { readonly form: "call"; readonly name: string; readonly parts: readonly Notation[]; readonly subscript?: string };

/** ⊙ multiplies element by element, · numbers; juxtaposition ("") is the matrix product, ⊗ the Kronecker product. → leads from place to place. */
export type InfixOperator = "+" | "−" | "⊙" | "·" | "/" | "" | "⊗" | "<" | "≤" | "=" | "→";

/** A symbol by its name: digits at its end are an index, ∂ before it is a partial. */
export const symbol = (name: string): Notation => ({ form: "symbol", name });
/** A number, rounded where it is printed. */
export const number = (value: number): Notation => ({ form: "number", value });
/** What stands between operators: sums, products, quotients, comparisons. */
export const infix = (operator: InfixOperator, ...parts: Notation[]): Notation => ({ form: "infix", operator, parts });
export const negation = (of: Notation): Notation => ({ form: "negation", of });
/** A base with its exponent. */
export const power = (base: Notation, exponent: Notation): Notation => ({ form: "power", base, exponent });
export const transposed = (of: Notation): Notation => (of.form === "transpose" ? of.of : { form: "transpose", of });
/** One element, as W[i, j]. */
export const element = (of: Notation, ...at: Notation[]): Notation => ({ form: "element", of, at });
/** A function of its parts; a sum is call("Σ", [what], "k"). */
export const call = (name: string, parts: readonly Notation[], subscript?: string): Notation =>
  subscript === undefined ? { form: "call", name, parts } : { form: "call", name, parts, subscript };
