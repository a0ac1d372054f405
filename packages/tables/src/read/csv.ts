/** CSV and TSV: records of the dialect that the file's start shows, one pass over the text. */
import type { UserError } from "@chaingrad/core/user-error";
import { CellCollector } from "../reading/cells.ts";
import type { Dialect } from "../reading/dialect.ts";
import { lineAt, recordsOf, type TextRecord } from "../reading/records.ts";
import { type FileTable, inferOptions, inferred, type ReadingOptions } from "./columns.ts";
import { decoded } from "./content.ts";
import { HEAD_BYTES, readDialect } from "./header.ts";
import {
  excerpt,
  LONG_LINE,
  LONGEST_LINE,
  MIXED_LINE_ENDS,
  NOT_UTF8,
  noRows,
  OPEN_QUOTE,
  type Refusal,
  raggedRow,
  refusal,
} from "./refusals.ts";
import { type SafeText, safeText } from "./text.ts";

/** Records taken apart at a time. */
const BATCH = 4096;

/** @throws UserError where a row does not fit the header, or the bytes are no text */
export function readCsv(bytes: Uint8Array, label: string, options: ReadingOptions): Omit<FileTable, "path"> {
  const head = bytes.subarray(0, HEAD_BYTES);
  const whole = bytes.length < HEAD_BYTES;
  const dialect = readDialect(
    { text: decoded(head), bytes: head.length, whole, label },
    { delimiter: options.separator, skip: options.skip },
  );
  const safe = safeText(bytes);
  const { text } = safe;
  const most = lineBreaks(text, dialect.dataStart) + 1;
  const collectors = dialect.names.map((name) => new CellCollector(name, most));
  let rows = 0;
  for (const fields of rowsOf(safe, dialect, label)) {
    for (const [index, collector] of collectors.entries()) collector.set(rows, fields[index] || null);
    rows++;
  }
  if (rows === 0) throw noRows(label);
  const cells = collectors.map((collector) => {
    const { places, ...column } = collector.cells();
    return { ...column, places: places.slice(0, rows) };
  });
  const likely = dialect.delimiter === ";" ? "," : ".";
  const { notes, ...table } = inferred(cells, label, { ...inferOptions(options), likely });
  return { rows, ...table, notes: [...dialect.notes, ...notes] };
}

function lineBreaks(text: string, start: number): number {
  let count = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) count++;
  }
  return count;
}

/** The fields of each row below the header. */
function* rowsOf({ text, badFrom }: SafeText, dialect: Dialect, label: string): Generator<readonly string[]> {
  const { names, delimiter } = dialect;
  const refuse = (at: number, why: Refusal, line = ""): UserError =>
    refusal(`${label}, line ${lineAt(text, at)}`, why, undefined, line);
  let at = dialect.dataStart;
  for (let isMore = true; isMore; ) {
    const records = recordsOf(text, at, delimiter, BATCH);
    isMore = records.length === BATCH;
    for (const record of records) {
      const { start, end, lineEnd } = record;
      if (end > badFrom) throw refuse(start, NOT_UTF8);
      if (lineEnd !== "" && lineEnd !== dialect.lineEnd) throw refusal(label, MIXED_LINE_ENDS);
      if (isLong(text, start, end - lineEnd.length)) throw refuse(start, LONG_LINE, excerpt(text.slice(start, end)));
      const fields = fieldsOf(text, record, names.length);
      at = end;
      // Between rows of more than one field, blank lines are no rows.
      if (names.length > 1 && end - start === lineEnd.length) continue;
      if (fields.length !== names.length) {
        throw refuse(start, raggedRow(names.length, fields.length), excerpt(text.slice(start, end)));
      }
      yield fields;
    }
  }
  if (at === text.length) return;
  const why = isLong(text, at, text.length) ? LONG_LINE : OPEN_QUOTE;
  throw refuse(at, why, excerpt(text.slice(at)));
}

/** A record may have delimiters too many behind its last field, with nothing between them. */
function fieldsOf(text: string, { fields, start, end, lineEnd }: TextRecord, expected: number): readonly string[] {
  const isPadded = fields.length > expected && fields.slice(expected).every((field) => field === "");
  return isPadded && !/[ \t]$/.test(text.slice(start, end - lineEnd.length)) ? fields.slice(0, expected) : fields;
}

const isLong = (text: string, start: number, end: number): boolean =>
  3 * (end - start) > LONGEST_LINE && new TextEncoder().encode(text.slice(start, end)).length > LONGEST_LINE;
