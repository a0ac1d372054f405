/** What is wrong with a formula, and where. */
import { nearest } from "@chaingrad/core";
import { visible } from "@chaingrad/core/visible";
import { Line, widthOf } from "../output/line.ts";
import { PlacedError } from "../output/placed-error.ts";

/** About this many characters of a long formula are shown round the place. */
const WINDOW = 60;

/** A formula that cannot be read or built. The message ends with the column; the formula and a caret follow. */
export class FormulaError extends PlacedError {
  override readonly name: string = "FormulaError";
  /** Where it is, counted in characters from 1. */
  readonly column: number;
  readonly place: readonly Line[];

  /** `at` is an index into `text`. */
  constructor(problem: string, text: string, at: number, advice?: string) {
    // A surrogate pair is one character.
    const column = [...text.slice(0, at)].length + 1;
    const place = text.trim() === "" ? [] : pointAt(text, column);
    super(place.length === 0 ? problem : `${problem} (column ${column})`, advice);
    this.column = column;
    this.place = place;
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
function pointAt(text: string, column: number): Line[] {
  const characters = [...text];
  const start =
    characters.length <= WINDOW ? 0 : Math.max(0, Math.min(column - 1 - WINDOW / 2, characters.length - WINDOW));
  const end = Math.min(characters.length, start + WINDOW);
  const between = (from: number, to: number): string => visible(characters.slice(from, to).join(""));
  const before = (start > 0 ? "…" : "") + between(start, column - 1);
  const after = between(column - 1, end) + (end < characters.length ? "…" : "");
  return [new Line(before + after), new Line(`${" ".repeat(widthOf(new Line(before)))}^`)];
}
