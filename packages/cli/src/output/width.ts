/** Columns that a text takes in a terminal. */
import { createRequire } from "node:module";
import { isNarrow } from "@chaingrad/core/visible";

const load = createRequire(import.meta.url);
let stringWidth: ((text: string) => number) | undefined;

/** Tables of all characters are loaded where a text has any that is not plainly of one column: most have none. */
export function widthOfText(text: string): number {
  if (isNarrow(text)) return text.length;
  stringWidth ??= (load("string-width") as { default: (text: string) => number }).default;
  return stringWidth(text);
}
