/** The dialect of a CSV file, read from its start alike by every reader, and the headers that are refused. */
import { UserError } from "@chaingrad/core/user-error";
import { type Dialect, DialectError, type DialectOptions, dialectOf } from "../reading/dialect.ts";
import { checkNames } from "./names.ts";
import { NOT_UTF8, refusal } from "./refusals.ts";

/** So much of a file's start is looked at. */
export const HEAD_BYTES: number = 1 << 20;

/** The start of a text file, without its byte order mark. */
export interface Head {
  readonly text: string;
  readonly bytes: number;
  /** The head is the whole file. */
  readonly whole: boolean;
  readonly label: string;
}

/**
 * Finds separator and header.
 * @throws UserError where the header names no columns
 */
export function readDialect({ text, bytes, whole, label }: Head, options: DialectOptions): Dialect {
  if (!whole && !/[\r\n]/.test(text)) {
    throw new UserError(`${label}, line 1: a header longer than ${bytes} bytes`);
  }
  try {
    const dialect = dialectOf(text, whole, options);
    checkHeader(dialect, `${label}, line ${dialect.headerLine}`);
    checkNames(dialect.names, label);
    return dialect;
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    throw new UserError(`${label}, line ${error.line}: ${error.message}`, undefined, { cause: error });
  }
}

function checkHeader({ names, headerLine }: Dialect, place: string): void {
  if (names.every((name) => name === "")) throw new UserError(`${place}: expected column names, got a blank line`);
  const looksLikeData = names.every(isNumber) || names.some((name) => isNumber(name) && name.includes("."));
  if (looksLikeData) {
    const some = `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
    const message = `${place}: expected column names, got numbers: ${some}`;
    const hint = "The first row must name the columns: add one.";
    if (headerLine === 1) throw new UserError(message, hint);
    throw new UserError(message, `${hint} If it stands elsewhere, say how many lines to skip.`, { remedy: "skip" });
  }
  if (names.some((name) => name.includes("\uFFFD"))) {
    throw refusal(place, NOT_UTF8);
  }
}

function isNumber(text: string): boolean {
  return text !== "" && Number.isFinite(Number(text));
}
