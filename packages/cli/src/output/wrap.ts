/** Paragraphs for terminals of any width. */
import { visible } from "@chaingrad/core/visible";
import { Help } from "commander";
import { Line } from "./line.ts";
import { widthOfText } from "./width.ts";

const NARROWEST = 24;

/** One line of text as lines of at most `width` columns, each after `indent`. */
export const paragraph = (text: string, width: number, indent = ""): Line[] =>
  wrap(visible(text), width, indent)
    .split("\n")
    .map((line) => new Line(line));

/** Words of our own in lines of at most `width` columns, each after `indent`; their line breaks stay. */
export function wrap(text: string, width: number, indent = ""): string {
  const help = new Help();
  help.minWidthToWrap = 0;
  help.displayWidth = (part) => widthOfText(part);
  return help.boxWrap(text, Math.max(NARROWEST, width - indent.length)).replace(/^/gm, indent);
}

/** "  term        description, wrapped in a column of its own", a line or more for each term. */
export function wrapTerms(terms: Readonly<Record<string, string>>, width: number): string {
  const column = Math.max(...Object.keys(terms).map((term) => term.length)) + 4;
  const lines = Object.entries(terms).map(([term, text]) => {
    return `  ${term}`.padEnd(column) + wrap(text, width, " ".repeat(column)).trimStart();
  });
  return lines.join("\n");
}
