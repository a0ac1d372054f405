/** What a terminal shows: lines, in which text can do nothing but be read. */
import { visible } from "@chaingrad/core/visible";
import { widthOfText } from "./width.ts";

/** A line that a layout has made of visible text; what steers the terminal in it (colours) is our own. */
export class Line {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A string is text from anywhere: a line feed in it is one of its characters, and is shown as such. */
export type Shown = string | Line;

/** The line as it is written. */
export const shown = (line: Shown): string => (typeof line === "string" ? visible(line) : line.text);

/** Columns that a line takes in a terminal. */
export const widthOf = (line: Shown): number => widthOfText(shown(line));
