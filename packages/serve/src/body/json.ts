/** A body in JSON: what is wrong with it, and where. */
import { Refusal } from "../refusal.ts";

/** Rows in a list, or columns of values: cells are at depth 2, and one more is left to be told of. */
const DEEPEST = 16;

/** Throws Refusal (400) on what is no UTF-8 or no JSON, with line and column, and on what is nested too deeply. */
export function parseJsonBody(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal(400, "the body is not UTF-8", { hint: "Encode JSON in UTF-8 (RFC 8259)." }, { cause });
  }
  if (text.trim() === "")
    throw new Refusal(400, "the body is empty", { hint: "Send a row as an object, a list of rows, or columns." });
  refuseDeep(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as SyntaxError;
    const at = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    const what = message
      .replace(/ in JSON at position.*| \(line \d+ column \d+\)$/s, "")
      .replace(/, .* is not valid JSON$/s, "");
    throw new Refusal(400, `the body is no JSON: ${placeIn(text, at)}: ${what}`, {}, { cause });
  }
}

/** Brackets that are open at once, outside of strings. */
function refuseDeep(text: string): void {
  let [depth, inString] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEEPEST)
        throw new Refusal(400, `the body is nested more than ${DEEPEST} deep: ${placeIn(text, i)}`, {
          hint: "A row is an object of cells.",
        });
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
}

function placeIn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return `line ${line}, column ${at - before.lastIndexOf("\n")}`;
}
