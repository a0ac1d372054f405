/** Paragraphs for terminals of any width. */
import { Help } from "commander";

const NARROWEST = 24;

/** The text in lines of at most `width` characters, each after `indent`; its own line breaks stay. */
export function wrap(text: string, width: number, indent = ""): string {
  const help = new Help();
  help.minWidthToWrap = 0;
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
