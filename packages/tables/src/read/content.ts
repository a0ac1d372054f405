/** What a file is by its first bytes: enough to refuse what is no table, with a word about what it seems to be. */
import { UserError } from "@chaingrad/core/user-error";
import type { TableFormat } from "./format.ts";

const SIGNATURES: readonly (readonly [signature: string, what: string, hint: string])[] = [
  ["PK\x03\x04", "a spreadsheet (.xlsx) or a zip file", "Save the sheet as CSV, or unpack the zip file."],
  ["\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)", "Save the sheet as CSV."],
  ["PAR1", "a Parquet file", "Give it a name that ends in .parquet."],
  ["ARROW1", "an Arrow file", "Give it a name that ends in .arrow."],
  ["\xff\xfe", "text in UTF-16", "Save it as UTF-8."],
  ["\xfe\xff", "text in UTF-16", "Save it as UTF-8."],
];

const HTML = /^\s*<(?:!doctype|html|head|body|table)\b/i;

const isSigned = (head: Uint8Array, signature: string): boolean =>
  signature.length <= head.length && [...signature].every((sign, at) => sign.charCodeAt(0) === head[at]);

/** Whether a file is packed by gzip; its first two bytes tell. */
export const isGzip = (head: Uint8Array): boolean => isSigned(head, "\x1f\x8b");

/**
 * The format of what has no name that tells it.
 * @param head the start of the unpacked file
 */
export function seemingFormat(head: Uint8Array): TableFormat {
  if (isSigned(head, "PAR1")) return "parquet";
  // An Arrow stream begins with the mark of its first message.
  if (isSigned(head, "ARROW1") || isSigned(head, "\xff\xff\xff\xff")) return "arrow";
  const start = /^\s*([[{])/.exec(decoded(head.subarray(0, 512)))?.[1];
  return start === undefined ? "csv" : start === "[" ? "json" : "jsonl";
}

/** Text, with marks for what is not UTF-8 and without the byte order mark. */
export const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * Refuses what is no table of that format.
 * @param head the start of the unpacked file, or all of it
 * @throws UserError where the file is empty, or is not what its format says
 */
export function checkContent(head: Uint8Array, label: string, format: TableFormat): void {
  const text = decoded(head.subarray(0, 512));
  if (head.length === 0 || (head.length < 512 && text.trim() === "")) throw new UserError(`${label} is empty`);
  if (HTML.test(text)) {
    throw new UserError(
      `${label} is not a table: it looks like a web page`,
      "A download link may have answered with a login or error page: open the file and look, then download the data.",
    );
  }
  if (format === "parquet" || format === "arrow") return;
  const found = SIGNATURES.find(([signature]) => isSigned(head, signature));
  if (found) throw new UserError(`${label} is not text: it looks like ${found[1]}`, found[2]);
  if (head.includes(0)) {
    throw new UserError(
      `${label} is not text: it holds binary data`,
      "Expected CSV, TSV, JSON lines (.jsonl) or Parquet (.parquet).",
    );
  }
}
