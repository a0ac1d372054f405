/** What a file is by its first bytes: enough to refuse what is no table, with a word about what it seems to be. */
import { UserError } from "@chaingrad/core/user-error";
import { decoderOf, headEncoding } from "./encoding.ts";
import type { TableFormat } from "./format.ts";

const ZIP = "PK\x03\x04";
const OLE = "\xd0\xcf\x11\xe0";

const SIGNATURES: readonly (readonly [signature: string, what: string, hint: string])[] = [
  [ZIP, "a spreadsheet (.xlsx) or a zip file", "Give it a name that ends in .xlsx, or unpack the zip file."],
  [OLE, "an old spreadsheet (.xls)", "Save it as .xlsx, or the sheet as CSV."],
  ["PAR1", "a Parquet file", "Give it a name that ends in .parquet."],
  ["ARROW1", "an Arrow file", "Give it a name that ends in .arrow."],
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
  // A workbook is a zip file that begins with the list of its parts, or their folders.
  if (isSigned(head, ZIP) && /\[Content_Types\]|_rels\/|xl\/|docProps\//.test(latin1(head.subarray(30, 80))))
    return "xlsx";
  const start = /^\s*([[{])/.exec(textOf(head.subarray(0, 512)))?.[1];
  return start === undefined ? "csv" : start === "[" ? "json" : "jsonl";
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The start of a text, which may be UTF-16. */
function textOf(head: Uint8Array): string {
  const encoding = headEncoding(head, undefined);
  return encoding === undefined ? decoded(head) : decoderOf(encoding)(head, true);
}

/** Text, with marks for what is not UTF-8 and without the byte order mark. */
export const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/**
 * Refuses what is no table of that format.
 * @param head the start of the unpacked file, or all of it; of a text in UTF-8
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
  if (format === "xlsx") {
    checkWorkbook(head, label);
    return;
  }
  const found = SIGNATURES.find(([signature]) => isSigned(head, signature));
  if (found) throw new UserError(`${label} is not text: it looks like ${found[1]}`, found[2]);
  if (head.includes(0)) {
    throw new UserError(
      `${label} is not text: it holds binary data`,
      "Expected CSV, TSV, JSON lines (.jsonl), Excel (.xlsx) or Parquet (.parquet).",
    );
  }
}

function checkWorkbook(head: Uint8Array, label: string): void {
  if (isSigned(head, ZIP)) return;
  const old = isSigned(head, OLE) ? ": it is an old one (.xls), or protected by a password" : "";
  throw new UserError(`${label} is no spreadsheet of the kind .xlsx${old}`, "Save the sheet as .xlsx or as CSV.");
}
