/** What is wrong with a formula, and where. */
import { nearest } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";

/** A formula that cannot be read or built. The message ends with the column, and `place` has the whole formula with it. */
export class FormulaError extends UserError {
  override readonly name: string = "FormulaError";
  /** Where it is, counted in characters from 1. */
  readonly column: number;
  readonly #problem: string;
  readonly #at: number;

  /** `at` is an index into `text`. */
  constructor(problem: string, text: string, at: number, advice?: string) {
    // A surrogate pair is one character.
    const column = [...text.slice(0, at)].length + 1;
    const isBlank = text.trim() === "";
    super(isBlank ? problem : `${problem} (column ${column})`, advice, isBlank ? {} : { place: { text, column } });
    this.column = column;
    this.#problem = problem;
    this.#at = at;
  }

  /** The same place in a text that has the formula where it was. */
  within(text: string): FormulaError {
    return new FormulaError(this.#problem, text, this.#at, this.hint);
  }
}

/** A name or number from a formula, short enough for a message. */
export function excerpt(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 39).join("")}…` : text;
}

/** "Did you mean …?", if there is a known name near enough. A very long name is near none, and comparing it is slow. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = name.length > 100 ? undefined : nearest(name, known);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}
