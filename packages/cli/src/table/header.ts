/**
 * The header of a CSV file. It is read here and not by DuckDB, whose sniffer guesses when a header is unusual: it
 * skips lines, invents names for empty ones and renames the second of two equal names.
 */
import { UserError } from "./errors.ts";
import type { Input } from "./input.ts";
import { checkNames } from "./names.ts";

const DELIMITERS = [",", ";", "\t", "|"] as const;
type Delimiter = (typeof DELIMITERS)[number];

export interface Header {
  readonly names: readonly string[];
  readonly delimiter: Delimiter;
}

/** The column names and the delimiter: the given one, or the one that gives most names. Throws UserError. */
export function readHeader(input: Input, given?: Delimiter): Header {
  const text = input.head.toString("utf8").replace(/^\uFEFF/, "");
  if (!input.whole && !/[\r\n]/.test(text)) {
    throw new UserError(`${input.label}, line 1: a header longer than ${input.head.length} bytes`);
  }
  const candidates = (given ? [given] : DELIMITERS)
    .map((delimiter) => ({ delimiter, names: splitRecord(text, delimiter) }))
    .filter(({ names }) => names.length > 0);
  const best = candidates.sort((a, b) => b.names.length - a.names.length).at(0);
  if (!best) throw new UserError(`${input.label}, line 1: a quote in the header is not closed`);
  checkHeader(best.names, input.label);
  return best;
}

/** The fields of the first record of a text, trimmed; none if its quotes do not fit the delimiter. */
function splitRecord(text: string, delimiter: Delimiter): string[] {
  const end = delimiter === "|" ? "\\|" : delimiter;
  const field = new RegExp(`(?: *"((?:[^"]|"")*)" *|(?! *")([^${end}\r\n]*))(${end}|[\r\n]|$)`, "y");
  const fields: string[] = [];
  for (;;) {
    const match = field.exec(text);
    if (!match) return [];
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2]).trim());
    if (match[3] !== delimiter) return fields;
  }
}

function checkHeader(names: readonly string[], label: string): void {
  if (names.every((name) => name === ""))
    throw new UserError(`${label}, line 1: expected column names, got a blank line`);
  const looksLikeData = names.every(isNumber) || names.some((name) => isNumber(name) && name.includes("."));
  if (looksLikeData) {
    throw new UserError(
      `${label}, line 1: expected column names, got numbers: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`,
      "The first row must name the columns: add one.",
    );
  }
  if (names.some((name) => name.includes("\uFFFD"))) {
    throw new UserError(`${label}, line 1: the text is not valid UTF-8`, "Save the file as UTF-8.");
  }
  checkNames(names, label);
}

function isNumber(text: string): boolean {
  return text !== "" && Number.isFinite(Number(text));
}
