/** Where in a text something is wrong, shown: the text and a caret below the place. */
import { visible } from "@chaingrad/core/visible";
import type { UserError } from "@chaingrad/tables";
import { Line, widthOf } from "./line.ts";

/** About this many characters of a long text are shown round the place. */
const WINDOW = 60;

/** The text (of a long one, a window) with a caret below the column. */
export function pointAt({ text, column }: NonNullable<UserError["place"]>): Line[] {
  const characters = [...text];
  const start =
    characters.length <= WINDOW ? 0 : Math.max(0, Math.min(column - 1 - WINDOW / 2, characters.length - WINDOW));
  const end = Math.min(characters.length, start + WINDOW);
  const between = (from: number, to: number): string => visible(characters.slice(from, to).join(""));
  const before = (start > 0 ? "…" : "") + between(start, column - 1);
  const after = between(column - 1, end) + (end < characters.length ? "…" : "");
  return [new Line(before + after), new Line(`${" ".repeat(widthOf(new Line(before)))}^`)];
}
