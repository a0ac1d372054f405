/** What a file is by its first bytes: enough to refuse what is no table, with a word about what it seems to be. */
import { UserError } from "@chaingrad/tables";
import type { TableFormat } from "./format.ts";
import type { Input } from "./input.ts";

const SIGNATURES: readonly (readonly [signature: Buffer, what: string, hint: string])[] = [
  [Buffer.from("PK\x03\x04"), "a spreadsheet (.xlsx) or a zip file", "Save the sheet as CSV, or unpack the zip file."],
  [Buffer.from("d0cf11e0", "hex"), "an old spreadsheet (.xls)", "Save the sheet as CSV."],
  [Buffer.from("PAR1"), "a Parquet file", "Give it a name that ends in .parquet."],
  [Buffer.from("fffe", "hex"), "text in UTF-16", "Save it as UTF-8."],
  [Buffer.from("feff", "hex"), "text in UTF-16", "Save it as UTF-8."],
];

const HTML = /^\s*<(?:!doctype|html|head|body|table)\b/i;

/** Throws UserError if the file is empty, or is not what its format says. */
export function checkContent({ head, label }: Input, format: TableFormat): void {
  const text = head.toString("utf8", 0, 512).replace(/^\uFEFF/, "");
  if (head.length === 0 || (text.length < 512 && text.trim() === "")) throw new UserError(`${label} is empty`);
  if (HTML.test(text)) {
    throw new UserError(
      `${label} is not a table: it looks like a web page`,
      "A download link may have answered with a login or error page: open the file and look, then download the data.",
    );
  }
  if (format === "parquet") return;
  const found = SIGNATURES.find(([signature]) => head.subarray(0, signature.length).equals(signature));
  if (found) throw new UserError(`${label} is not text: it looks like ${found[1]}`, found[2]);
  if (head.includes(0)) {
    throw new UserError(
      `${label} is not text: it holds binary data`,
      "Expected CSV, TSV, JSON lines (.jsonl) or Parquet (.parquet).",
    );
  }
}
