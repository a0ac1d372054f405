/**
 * DuckDB's errors in our words. Its own are written for people who write SQL: they end in options to set, which
 * nobody here can set.
 */
import { UserError } from "@chaingrad/tables";

type Explanation = readonly [what: string, hint?: string];

const RULES: readonly (readonly [pattern: RegExp, explain: (match: RegExpMatchArray) => Explanation])[] = [
  [
    /Expected Number of Columns: (\d+) Found: (\d+)/,
    ([, expected, found]) => [
      `expected ${fields(expected)} as in the header, got ${found}`,
      "Put a field that contains the separator in double quotes, and leave a missing value as an empty field. If lines stand above the header, say how many: --skip N.",
    ],
  ],
  [
    /unterminated quote/,
    () => [
      "a double quote is not closed, or does not enclose its whole field",
      'Inside a quoted field write a double quote twice: "5"" disk".',
    ],
  ],
  [
    /not utf-8|invalid UTF-8/i,
    () => [
      "the text is not valid UTF-8",
      "Save the file as UTF-8; if it comes from Windows, try: iconv -f WINDOWS-1252 -t UTF-8",
    ],
  ],
  [
    /state machine reached an invalid state/,
    () => ["the lines do not all end alike (some in LF, some in CR LF)", "Save it with one kind of line ending."],
  ],
  [/Maximum line size/i, () => ["the line is too long (over 2 MB)", "Look for a double quote that is not closed."]],
  [/duplicate key "(.*)"/, ([, key]) => [`the key '${key}' appears twice in one object`]],
  [/Malformed JSON.*?: ([a-z].*?)\.? *$/im, ([, reason]) => [`the JSON is broken: ${reason}`]],
  [/magic bytes|Parquet file|Footer|TProtocol|[Ss]nappy|ZSTD/, () => ["the Parquet file is damaged or cut off"]],
  [/^Out of Memory/, () => ["the table does not fit into memory"]],
];

/**
 * The UserError that says what is wrong with the file, or `error` itself if it is no fault of the file's. `first`: the
 * line of the file that was the first one DuckDB saw.
 */
export function diagnose(error: unknown, label: string, first: number): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const { message } = error;
  for (const [pattern, explain] of RULES) {
    const match = message.match(pattern);
    if (!match) continue;
    const [what, hint] = explain(match);
    return new UserError(`${place(message, label, first)}: ${what}${excerpt(message)}`, hint, { cause: error });
  }
  if (!/^(Invalid Input|Invalid|IO|Conversion) Error: /.test(message)) return error;
  const reason = message.slice(message.indexOf(":") + 2).split("\n", 1)[0];
  return new UserError(`cannot read ${label}: ${reason}`, undefined, { cause: error });
}

function place(message: string, label: string, first: number): string {
  const csv = message.match(/^.*CSV Error on Line: (\d+)/);
  if (csv) return `${label}, line ${Number(csv[1]) + first - 1}`;
  // DuckDB 1.5 counts one too many where JSON is malformed, and right elsewhere.
  const malformed = message.match(/Malformed JSON.* in (line|record\/value) (\d+)/);
  if (malformed) return `${label}, ${malformed[1] === "line" ? "line" : "row"} ${Number(malformed[2]) - 1}`;
  const json = message.match(/JSON .*in line (\d+)/);
  return json ? `${label}, line ${json[1]}` : label;
}

/** The line of the file that DuckDB quotes, shortened. */
function excerpt(message: string): string {
  const line = message.match(/^Original Line:\s*(.*)$/m)?.[1];
  if (!line) return "";
  return `: ${line.length > 60 ? `${line.slice(0, 60)}…` : line}`;
}

function fields(count: string): string {
  return count === "1" ? "1 field" : `${count} fields`;
}
