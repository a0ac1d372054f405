/** What is wrong with a formula, and where. */
import { nearest } from "@chaingrad/core";
import { UserError } from "../table/errors.ts";

/** About this many characters of a long formula are shown round the place. */
const WINDOW = 60;

/** A formula that cannot be read or built. The message ends with the column; the hint shows the place. */
export class FormulaError extends UserError {
  override readonly name: string = "FormulaError";
  /** Where it is, counted in characters from 1. */
  readonly column: number;

  /** `at` is an index into `text`; `advice` follows the formula in the hint. */
  constructor(problem: string, text: string, at: number, advice?: string) {
    // A surrogate pair is one character.
    const column = [...text.slice(0, at)].length + 1;
    const shown = text.trim() === "" ? [] : [pointAt(text, column)];
    const hint = [...shown, ...(advice === undefined ? [] : [advice])].join("\n");
    super(shown.length === 0 ? problem : `${problem} (column ${column})`, hint);
    this.column = column;
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

/** The formula (of a long one, a window) with a caret below the column. */
function pointAt(text: string, column: number): string {
  // A line break or an escape sequence would tear the two lines apart.
  const characters = [...text].map((character) => (/\p{Cc}|\p{Zl}|\p{Zp}/u.test(character) ? " " : character));
  const start =
    characters.length <= WINDOW ? 0 : Math.max(0, Math.min(column - 1 - WINDOW / 2, characters.length - WINDOW));
  const end = Math.min(characters.length, start + WINDOW);
  const before = start > 0 ? "…" : "";
  const after = end < characters.length ? "…" : "";
  const line = before + characters.slice(start, end).join("") + after;
  return `${line}\n${" ".repeat(before.length + column - 1 - start)}^`;
}
