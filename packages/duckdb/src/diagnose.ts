/**
 * DuckDB's errors in our words. Its own are written for people who write SQL: they end in options to set, which
 * nobody here can set.
 */
import { UserError } from "@chaingrad/tables";
import { type Delimiter, refusals } from "@chaingrad/tables/rules";
import type { Input } from "./input.ts";
import { objectLine, recordAt } from "./lines.ts";

const { excerpt, refusal } = refusals;

/** What DuckDB says about a line of CSV. */
const OF_LINES: readonly (readonly [pattern: RegExp, why: (match: RegExpMatchArray) => refusals.Refusal])[] = [
  [
    /Expected Number of Columns: (\d+) Found: (\d+)/,
    ([, expected, found]) => refusals.raggedRow(Number(expected), Number(found)),
  ],
  [/unterminated quote/, () => refusals.OPEN_QUOTE],
  [/Maximum line size/i, () => refusals.LONG_LINE],
];

const OF_FILES: readonly (readonly [pattern: RegExp, why: (match: RegExpMatchArray) => refusals.Refusal])[] = [
  [/not utf-8|invalid UTF-8/i, () => refusals.NOT_UTF8],
  [/state machine reached an invalid state/, () => refusals.MIXED_LINE_ENDS],
  [/duplicate key "(.*)"/, ([, key]) => [`the key '${key}' appears twice in one object`]],
  [/Malformed JSON.*?: ([a-z].*?)\.? *$/im, ([, reason]) => [`the JSON is broken: ${reason}`]],
  [/magic bytes|Parquet file|Footer|TProtocol|[Ss]nappy|ZSTD/, () => refusals.DAMAGED_PARQUET],
  [/^Out of Memory/, () => ["the table does not fit into memory"]],
];

/** What DuckDB was reading. */
export interface Reading {
  readonly inputs: readonly Input[];
  /** What to call all of them. */
  readonly label: string;
  /** Of CSV. */
  readonly delimiter?: Delimiter | undefined;
}

/** The UserError that says what is wrong with the file, or `error` itself if it is no fault of the file's. */
export async function diagnose(error: unknown, { inputs, label, delimiter }: Reading): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const { message } = error;
  const input = inputs.find(({ file }) => message.includes(file)) ?? inputs[0];
  const name = inputs.length === 1 || message.includes(input.file) ? input.label : label;
  for (const [pattern, why] of OF_LINES) {
    const match = message.match(pattern);
    const record = message.match(/CSV Error on Line: (\d+)/)?.[1];
    if (match && record) return ofLine(why(match), input, Number(record), delimiter ?? ",", error);
  }
  for (const [pattern, why] of OF_FILES) {
    const match = message.match(pattern);
    if (match) return refusal(await place(message, name, input, delimiter), why(match), error);
  }
  if (!/^(Invalid Input|Invalid|IO|Conversion) Error: /.test(message)) return error;
  const reason = message.slice(message.indexOf(":") + 2).split("\n", 1)[0];
  return new UserError(`cannot read ${name}: ${reason}`, undefined, { cause: error });
}

/** DuckDB counts records, and the fields of one as far as they are too many. */
async function ofLine(
  why: refusals.Refusal,
  { file, label, first }: Input,
  number: number,
  delimiter: Delimiter,
  error: Error,
): Promise<UserError> {
  const record = await recordAt(file, delimiter, number);
  const expected = Number(/^expected (\d+)/.exec(why[0])?.[1]);
  const isCounted = "fields" in record && !Number.isNaN(expected) && record.fields.length !== expected;
  const counted = isCounted ? refusals.raggedRow(expected, record.fields.length) : why;
  return refusal(`${label}, line ${record.line + first - 1}`, counted, error, excerpt(record.text));
}

async function place(message: string, label: string, input: Input, delimiter: Delimiter | undefined): Promise<string> {
  const csv = message.match(/^.*CSV Error on Line: (\d+)/)?.[1];
  if (csv && delimiter) {
    const { line } = await recordAt(input.file, delimiter, Number(csv));
    return `${label}, line ${line + input.first - 1}`;
  }
  // DuckDB 1.5 counts one too many where JSON is malformed, and right elsewhere.
  const malformed = message.match(/Malformed JSON.* in (line|record\/value) (\d+)/);
  if (malformed?.[1] === "line") return `${label}, line ${await objectLine(input.file, Number(malformed[2]) - 1)}`;
  if (malformed) return `${label}, row ${Number(malformed[2]) - 1}`;
  const json = message.match(/JSON .*in line (\d+)/);
  return json ? `${label}, line ${json[1]}` : label;
}
