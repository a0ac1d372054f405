/**
 * One suite for both readers: DuckDB's in Node, and that of browsers and the edge. Every table gives the same columns, with
 * the same values and the same remarks, or is refused in the same words.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describeColumns, prepareTable, UserError } from "@chaingrad/tables";
import { type FileTable, readTable as readPortable } from "@chaingrad/tables/read";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { type FileReadOptions, readTable } from "../src/read.ts";
import { file, folder, makeParquet } from "./fixtures.ts";
import { workbook } from "./workbook.ts";

/** What a reader says of a table: all of it, or the refusal. */
type Verdict = { readonly table: unknown } | { readonly refused: string };

async function verdict(read: () => Promise<FileTable>): Promise<Verdict> {
  try {
    const { path: _, ...table } = await read();
    const roles = describeColumns(table, table.columns.at(-1)?.name ?? "");
    return { table: { ...table, roles } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint, remedy } = error;
    return { refused: [message, hint, remedy].filter(Boolean).join("\n").replaceAll(`${folder}/`, "") };
  }
}

/** Reads a file by both; returns what both say, or fails where they differ. */
async function both(path: string, options: FileReadOptions = {}): Promise<Verdict> {
  const duckdb = await verdict(() => readTable(path, options));
  const portable = await verdict(() => readPortable(new File([readFileSync(path)], basename(path)), options));
  expect(portable).toEqual(duckdb);
  return duckdb;
}

const FIXTURES = join(import.meta.dirname, "fixtures");

describe.each(["cases", "reports"])("tables like people's: %s", (part) => {
  it.each(readdirSync(join(FIXTURES, part)))("%s", async (name) => {
    const found = await both(file(name, readFileSync(join(FIXTURES, part, name))));
    expect(found).toHaveProperty("table");
  });

  it.each(readdirSync(join(FIXTURES, part)))("%s with decimal commas given", async (name) => {
    await both(file(name, readFileSync(join(FIXTURES, part, name))), { decimal: "," });
  });
});

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
const long = (count: number): string => "x".repeat(count);

describe("CSV", () => {
  it.each<[string, string | Uint8Array, FileReadOptions?]>([
    ["a byte order mark", "\uFEFFa,b\n1,2\n"],
    ["a byte order mark and nothing", "\uFEFF"],
    ["nothing", ""],
    ["blank lines alone", " \n\n"],
    ["a header alone", "a,b\n"],
    ["a header without a line break", "a,b"],
    ["a header and blank lines", "a,b\n\n\n"],
    ["UTF-16", Buffer.from("\uFEFFa,b\n1,2\n", "utf16le")],
    ["UTF-16, the other way round", Buffer.from("\uFEFFa,b\n1,2\n", "utf16le").swap16()],
    ["Latin-1", latin1("name,n\nOslo,1\nM\xe1laga,2\n")],
    ["Latin-1, named", latin1("name,n\nOslo,1\nM\xe1laga,2\n"), { encoding: "latin1" }],
    ["an encoding that is none", "a,b\n1,2\n", { encoding: "ebcdic-9" }],
    ["Windows-1251, not named", Buffer.from([...Buffer.from("a,b\n1,"), 0xd0, 0xee, 0xf1, 0xf1, 0xe8, 0xff, 10])],
    [
      "Windows-1251, named",
      Buffer.from([...Buffer.from("a,b\n1,"), 0xd0, 0xee, 0xf1, 0xf1, 0xe8, 0xff, 10]),
      { encoding: "windows-1251" },
    ],
    ["quotes and euros of Windows-1252", Buffer.from([...Buffer.from("price\nabc \x2c"), 0x80, 0x93, 10])],
    ["UTF-8 that is damaged", Buffer.from([...Buffer.from("a,b\nMálaga,1\nMal"), 0xe9, ...Buffer.from("ga,2\n")])],
    ["UTF-16 without its mark", Buffer.from("name,n\nMálaga,1\n", "utf16le")],
    ["UTF-16 without its mark, the other way round", Buffer.from("name,n\nOslo,1\n", "utf16le").swap16()],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0, 10, 0, 0, 0])],
    ["a declared type", "zip,n,x\n75001,1,a\n10,2,b\n", { types: { zip: "category", n: "number", x: "text" } }],
    ["a declared type that a cell is not", "a,b\n1,2\nx,3\n", { types: { a: "number" } }],
    ["plain numbers declared dates", "a,b\n20240131,2\n20240201,3\n", { types: { a: "date" } }],
    ["plain numbers declared dates that are none", "a,b\n1.5,2\n2.5,3\n", { types: { a: "date" } }],
    ["a type of a column that is not there", "a,b\n1,2\n", { types: { c: "number" } }],
    ["a remembered type of a column that is not there", "a,b\n1,2\n", { remembered: { types: { c: "number" } } }],
    ["a type that is none", "a,b\n1,2\n", { types: { a: "integer" as "number" } }],
    ["a separator, told", "a,b;c\n1,2;3\n", { separator: "," }],
    ["a separator that leaves one column", "a,b\n1,2\n", { separator: ";" }],
    ["dates in an order, told", "d\n1/2/2024\n", { dates: "month-first" }],
    ["dates as in training", "d\n1/2/2024\n", { remembered: { dates: "day-first", decimal: "," } }],
    ["Latin-1 in the header", latin1("l\xe4nge,n\n1,1\n")],
    ["Latin-1 below a line feed in quotes", latin1('a,b\n"x\ny",1\n1,\xe9\n2,x\n')],
    ["NUL bytes", "a,b\n1,\u00002\n"],
    ["quotes with line feeds, commas and quotes", 'a,b\n"1,x","2\ny"\n"say ""hi""",z\n'],
    ["quotes with CR LF", 'a,b\r\n"x\r\ny",1\r\n"z\nw",2\r\n'],
    ["CR LF, with line feeds in quotes, the header's too", '"a\nb",c\r\n"x\ny",1\r\n"z\r\nw",2\r\n'],
    ["CR LF, with carriage returns in quotes", '"a\rb",c\r\n"x\ry",1\r\n"z",2\r\n'],
    ["LF, with CR LF in quotes", '"a\r\nb",c\n"x\r\ny",1\n"z",2\n'],
    ["quotes within a cell", 'a,b\n5" x,1\na"b"c,2\n'],
    ["a quoted header with line feeds", '"a\nb",c\n1,2\n3,4\n'],
    ["spaces around quotes", 'a,b\n "x" ,1\n"y"  ,2\n'],
    ["cells in quotes that are empty", 'a\n""\n1\n'],
    ["CR LF", "a,b\r\n1,2\r\n3,4\r\n"],
    ["CR LF without the last", "a,b\r\n1,2\r\n3,4"],
    ["CR", "a,b\r1,2\r3,4\r"],
    ["LF, then CR LF", "a,b\n1,2\n3,4\r\n5,6\n"],
    ["CR LF, then LF", "a,b\r\n1,2\r\n3,4\n"],
    ["CR LF, then CR", "a,b\r\n1,2\r3,4\r\n"],
    ["LF, then CR", "a,b\n1,2\r3,4\n"],
    ["blank lines between", "a,b\n\n1,2\n\n\n3,4\n\n"],
    ["blank lines in one column", "a\n1\n\n3\n\n\n"],
    ["spaces in one column", "a\n  \n1\n"],
    ["a line of spaces", "a,b\n1,2\n   \n3,4\n"],
    ["a line of one empty cell in quotes", 'a,b\n1,2\n""\n3,4\n'],
    ["a short row", "a,b,c\n1,2,3\n4,5\n6,7,8\n"],
    ["a long row", "a,b\n1,2\n\n3,4\n5,6,7\n"],
    ["a very long row", "a,b\n1,2\n3,4,5,6\n"],
    ["a short row below blank lines", "a,b\n\n\n1\n"],
    ["a short row below a line feed in quotes", 'a,b\n"x\ny",1\n2\n'],
    ["a short row that begins in quotes over two lines", 'a,b,c\n1,2,3\n"x\ny",5\n'],
    ["a delimiter too many", "a,b\n1,2,\n3,4,\n"],
    ["two delimiters too many", "a,b\n1,2,,\n"],
    ["empty quotes too many", 'a,b\n1,2,""\n'],
    ["a space too many", "a,b\n1,2, \n"],
    ["a quote that is not closed", 'a,b\n1,2\n"3,4\n5,6\n'],
    ["a quote that is not closed at the end", 'a,b\n1,"x'],
    ["a quote alone", 'a,b\n"\n'],
    ["a quote that does not enclose", 'a,b\n"x"y,1\n'],
    ["a quote in the header that is not closed", '"a,b\n1,2\n'],
    ["a line that is too long", `a,b\n1,${long(3e6)}\n`],
    ["a line that is just too long", `a,b\n1,${long(1_999_999)}\n`],
    ["a long line", `a,b\n1,${long(1_999_990)}\n`],
    ["a header that never ends", "a,".repeat(1 << 20)],
    ["duplicate names", "a,b,a,c,b\n1,2,3,4,5\n"],
    ["missing names", ',a,"",b\n1,2,3,4\n'],
    ["names that differ in case", "a,A\n1,2\n"],
    ["names like JavaScript's own", "__proto__,constructor,10,2\n1,2,3,4\n"],
    ["a blank first line over one column", "\na\n1\n"],
    ["a first row of numbers", "1,2,3\n4,5,6\n"],
    ["semicolons and decimal commas", "a;b;c\n1,5;2;x\n-0,25;3;y\n"],
    ["bars", "a|b\nx|y\nv|w\n"],
    ["tabs", "a\tb\nx\ty\nv\tw\n"],
    ["spaces as separators", "a b c\n1 2 3\n4 5 6\n"],
    ["sep=", "sep=;\na;b\n1;2\n3;4\n"],
    ["a preamble", "Report of sales\nmade 2024\n\na,b\n1,2\n3,4\n"],
    ["a preamble and a short row", "# made by hand\na,b\n1,2\n3,4,5\n"],
    ["a preamble, told", "Title\nx\na,b\n1,2\n3,4\n", { skip: 2 }],
    ["more lines skipped than there are", "a,b\n1,2\n", { skip: 9 }],
    ["a comment as a header", "# x,y\n1,2\n3,4\n"],
    ["thousands", 'p,q\n"124,500","1,5"\n"99,250","2,25"\n'],
    ["a number that reads two ways", "a,b\n1.234,x\n5.678,y\n"],
    ["the same, told", "a,b\n1.234,x\n5.678,y\n", { decimal: "," }],
    ["decimal points beside decimal commas", "a;b\n1.5;2,5\n2.5;3,5\n"],
    ["leading zeros", "zip,n\n04109,1\n00501,2\n"],
    ["identifiers beyond 2⁵³", "id,n\n1234567890123456001,1\n1234567890123456002,2\n"],
    ["numbers at 2⁵³", "a\n9007199254740991\n9007199254740992\n"],
    ["missing tokens", "a,b,c\n?,NA,-\n1,,2\n n/a ,null,NULL\n3,x,4\n#N/A,None,N/A\n"],
    ["marks among words", "bread\nnaan\nnan\ninf\n-\n"],
    ["infinity", "a,b\n1,2\ninf,4\n"],
    ["a number too large", "a\n1\n1e999\n"],
    ["dates", "d,t\n2020-01-05,2020-01-05 10:00\n2021-1-6,2020-01-05T10:00:00+02:00\n"],
    ["days of two orders", "d\n1/2/2024\n3/4/2024\n"],
    ["booleans in every case", "a\ntrue\nFALSE\nTrue\n\nTRUE\nTRUE\n"],
    ["many different cells", `a\n${Array.from({ length: 3000 }, (_, i) => `${i}.0\n`).join("")}`],
    ["classes written as decimals", "a,b\n1.0,x\n2.0,y\n1.0,z\n"],
    ["other scripts", "имя,東京\nØystein,1\n👩‍🔬,2\n"],
    ["spaces that are not breaking", "a,b\n\u00a01\u00a0,x\u00a0\n2,y\n"],
    ["a web page", "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"],
    ["a spreadsheet", Buffer.from("PK\x03\x04rest")],
    ["Parquet by its bytes", Buffer.from("PAR1rest")],
    ["one value", "a\n1"],
    ["a text that is not a number far below", `a\n${"1\n".repeat(5000)}x\n`],
    ["a short row far below", `a,b\n${"1,2\n".repeat(70_000)}3\n`],
  ])("%s", async (_, content, options) => {
    await both(file("table.csv", content), options);
  });

  it("in Latin-1, far behind the start, and in pieces that cut letters in two", async () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `${i},café ${i % 7}\n`).join("");
    const late = Buffer.concat([Buffer.from(`n,name\n${rows.replaceAll("é", "e")}`), latin1("7,M\xe1laga\n")]);
    expect(await both(file("late.csv", late))).toMatchObject({
      table: { notes: [expect.stringContaining("'Málaga'")] },
    });
    expect(await both(file("letters.csv", `n,name\n${rows}`))).toMatchObject({ table: { notes: [] } });
    expect(
      await both(file("mixed.csv", Buffer.concat([Buffer.from(`n,name\n${rows}`), latin1("7,M\xe1laga\n")]))),
    ).toEqual({
      refused: expect.stringContaining(
        "'mixed.csv', line 200002: the text is not valid UTF-8, nor plainly Windows-1252",
      ),
    });
  });

  it("that is gzip, cut short or damaged", async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `${i},${Math.sin(i)}\n`).join("");
    const whole = gzipSync(`a,b\n${lines}`);
    expect(await both(file("whole.csv.gz", whole))).toHaveProperty("table");
    expect(await both(file("disguised.csv", whole))).toHaveProperty("table");
    for (const count of [100_000, 12, 4, 1]) {
      const cut = await both(file("cut.csv.gz", whole.subarray(0, whole.length - count)));
      expect(cut).toHaveProperty("refused", expect.stringContaining("the gzip file is cut off"));
    }
    const damaged = Buffer.from(whole).fill(0x55, 200_000, 200_100);
    expect(await both(file("damaged.csv.gz", damaged))).toHaveProperty(
      "refused",
      expect.stringContaining("the gzip file is damaged"),
    );
  });

  it("carries the option that helps", async () => {
    await expect(readPortable("a,b\n1\n")).rejects.toMatchObject({ remedy: "skip" });
  });
});

/** DuckDB's parser gives its own reasons behind this. */
const BROKEN = "the JSON is broken";

describe("JSON", () => {
  const lines: [string, string | Uint8Array][] = [
    ["mixed keys", '{"b":1}\n{"a":1,"b":2}\n{"a":3,"b":4}\n{"c\'\\"d":5}\n'],
    ["keys of equal frequency", '{"é":1}\n{"z":1}\n{"😀":1}\n{"ￜ":2}\n{"a":1,"b":1}\n{"a":1}\n'],
    ["keys like numbers, in their order", '{"10":1,"2":3,"__proto__":4}\n'],
    ["nulls", '{"a":null,"b":1}\n{"b":2}\n{"a":null}\n'],
    ["numbers beyond 2⁵³", '{"a":12345678901234567890}\n{"a":2}\n'],
    ["numbers as they are written", '{"a":1.0,"b":1.50,"c":1e3}\n{"a":2.0,"b":2,"c":2}\n'],
    ["a number too large", '{"a":1}\n{"a":1e400}\n'],
    ["no number", '{"a":NaN}\n{"a":1}\n'],
    ["infinity", '{"a":-Infinity}\n{"a":1}\n'],
    [
      "large and small numbers",
      '{"a":1e20,"b":1.5e-7,"c":1e16,"d":0.0001,"e":123456789012345678.0,"f":1.25e300}\n'.repeat(2),
    ],
    [
      "the same beside words",
      '{"a":1e20,"b":1.5e-7,"c":1e16,"d":0.0001,"e":123456789012345678.0,"f":1.0,"g":-0.0,"h":1e3,"i":0.5}\n{"a":"x","b":"x","c":"x","d":"x","e":"x","f":"x","g":"x","h":"x","i":"x"}\n',
    ],
    ["negative zero", '{"a":-0}\n{"a":1.25}\n'],
    ["strings of numbers with commas", '{"a":"1,5"}\n{"a":"2,5"}\n'],
    ["booleans beside numbers", '{"a":true}\n{"a":1}\n'],
    ["booleans", '{"a":true}\n{"a":null}\n{"a":false}\n'],
    ["dates and escapes", '{"d":"2020-01-05","s":"x\\ny \\ud83d\\ude00"}\n'],
    ["an escaped key", '{"\\u0061":1}\n{"a":2}\n'],
    ["a nested object", '{"a":1,"b":{"c":[1,{"d":2}]}}\n'],
    ["an array in one row", '{"a":1}\n{"a":[1,2]}\n'],
    ["strings that hold JSON", '{"a":"[1]"}\n{"a":"x"}\n'],
    ["strings that begin like JSON", '{"a":"[x"}\n{"a":"x"}\n'],
    ["a number per line", "1\n2\n"],
    ["null for a row", '{"a":1}\nnull\n'],
    ["a string for a row", '{"a":1}\n"x"\n'],
    ["a boolean for a row", '{"a":1}\ntrue\n'],
    ["no keys", "{}\n{}\n"],
    ["an empty key", '{"":1,"b":2}\n'],
    ["a key given twice", '{"a":1,"a":2}\n'],
    ["keys that differ in case", '{"a":1}\n{"A":2}\n'],
    ["CR LF", '{"a":1}\r\n{"a":2}\r\n'],
    ["spaces and blank lines", '  {"a":1}  \n\n\t{"a":2}\n'],
    ["no line break at the end", '{"a":1}\n{"a":2}'],
    ["a byte order mark", '\uFEFF{"a":1}\n'],
    ["Latin-1", latin1('{"a":"x"}\n\n{"a":"\xe9"}\n')],
    ["a web page", "<!DOCTYPE html><html></html>"],
    ["nothing", ""],
  ];
  it.each(lines)("lines: %s", async (_, content) => {
    await both(file("table.jsonl", content));
  });

  const arrays: [string, string | Uint8Array][] = [
    ["objects", '\uFEFF [\n{"a":1,"b":"x","c":true},\n{"a":2.5,"b":null}]\n'],
    ["nothing in it", "[]"],
    ["no keys", "[{}]"],
    ["arrays", "[[1,2],[3,4]]"],
    ["numbers", '[{"a":1},2]'],
    ["a key given twice", '[{"a":1},{"a":1,"a":2}]'],
    ["a comma behind the last member", '[{"a":1},\n{"a":2,}]'],
    ["Latin-1", latin1('[{"a":"x"},\n{"a":"\xe9"}]\n')],
  ];
  it.each(arrays)("an array: %s", async (_, content) => {
    await both(file("table.json", content));
  });

  it.each([
    ["table.jsonl", "an unclosed object", '{"a":1}\n{"a":2\n{"a":3}\n', "line 2"],
    ["table.jsonl", "a stray comma", '{"a":1,,}\n{"a":2}\n', "line 1"],
    ["table.jsonl", "a word cut off, below a blank line", '{"a":1}\n\n{"a":tru}\n', "line 3"],
    ["table.jsonl", "a leading zero", '{"a":01}\n', "line 1"],
    ["table.jsonl", "an object over several lines", '{\n"a":1\n}\n{"a":2}\n', "line 1"],
    ["table.jsonl", "two objects in a line", '{"a":1}{"a":2}\n', "line 1"],
    ["table.jsonl", "a cut", '{"a":1}\n{"a":', "line 2"],
    ["table.jsonl", "a control character", '{"a":"x\ty"}\n', "line 1"],
    ["table.jsonl", "a bad escape", '{"a":"\\x"}\n', "line 1"],
    ["table.jsonl", "half a character", '{"a":"\\ud800"}\n', "line 1"],
    ["table.jsonl", "old Macintosh CR", '{"a":1}\r{"a":2}\r', "line 1"],
    ["table.jsonl", "words", "hello\n", "line 1"],
    ["table.json", "a cut", '[{"a":1},{"a":2}', "row 3"],
    ["table.json", "words behind it", '[{"a":1}] x', "row 2"],
    ["table.json", "no comma", '[{"a":1} {"a":2}]', "row 2"],
    ["table.json", "a comma behind the last", '[{"a":1},]', "row 2"],
  ])("%s: %s is broken, for a reason of each parser's own", async (name, _, content, place) => {
    const path = file(name, content);
    const refused = `'${name}', ${place}: ${BROKEN}: `;
    expect(await verdict(() => readTable(path))).toEqual({ refused: expect.stringContaining(refused) });
    const portable = () => readPortable(new File([content], name));
    expect(await verdict(portable)).toEqual({ refused: expect.stringContaining(refused) });
  });
});

describe("Parquet", () => {
  it.each([
    ["numbers", "SELECT 1::TINYINT AS i, 7::UINTEGER AS u, 0.1::FLOAT AS f, 0.1::DOUBLE AS d, -5::SMALLINT AS s"],
    [
      "large unsigned numbers",
      "SELECT 4294967295::UINTEGER AS u, 255::UTINYINT AS t, 65535::USMALLINT AS s, 5::UBIGINT AS b",
    ],
    ["64-bit numbers", "SELECT 5000000000::BIGINT + range AS b, range::UBIGINT AS u FROM range(3)"],
    ["identifiers", "SELECT 1234567890123456000 + range AS id, 5::BIGINT AS five FROM range(3)"],
    ["identifiers without sign", "SELECT 18446744073709551610::UBIGINT + range AS id FROM range(3)"],
    [
      "decimals",
      "SELECT (range / 7)::DECIMAL(9, 3) AS a, (range / 7)::DECIMAL(18, 10) AS b, (-range / 7)::DECIMAL(38, 20) AS c, 1.25::DECIMAL(4, 2) AS d FROM range(20)",
    ],
    [
      "decimals without fraction",
      "SELECT 123::DECIMAL(9, 0) AS a, -12345678901234567890::DECIMAL(38, 0) AS b, 12345::DECIMAL(18, 0) AS c",
    ],
    ["dates", "SELECT unnest([DATE '2020-01-05', DATE '1969-12-31', NULL]) AS day"],
    [
      "points in time",
      "SELECT unnest([TIMESTAMP '2020-01-05 10:00:00.5006', TIMESTAMP '1969-12-31 23:59:59.9999', NULL]) AS t, TIMESTAMPTZ '2020-01-05 10:00:00+02' AS z",
    ],
    [
      "points in time of other units",
      "SELECT TIMESTAMP_MS '2020-01-05 10:00:00.123' AS ms, TIMESTAMP_NS '2020-01-05 10:00:00.123456789' AS ns, TIMESTAMP_S '2020-01-05 10:00:00' AS s",
    ],
    ["times of day", "SELECT unnest([TIME '10:00:00', TIME '23:59:59.25']) AS t"],
    ["booleans", "SELECT unnest([true, NULL, false]) AS b"],
    ["texts", "SELECT unnest(['x', NULL, 'NA', '12', ' y ']) AS a, unnest(['1.0', '2.0', '1.0', NULL, '3.5']) AS n"],
    ["texts that are dates", "SELECT unnest(['2020-01-05', '2020-02-05']) AS d"],
    ["texts of decimal commas", "SELECT unnest(['1,5', '2,25']) AS d, unnest(['1.5', '2.5']) AS p"],
    ["enumerations", "SELECT unnest(['b', 'a', NULL])::ENUM('a', 'b') AS e"],
    ["UUIDs", "SELECT '6ecd8c99-4036-403d-bf84-cf8400f67836'::UUID AS u"],
    ["NaN", "SELECT unnest([1, 'nan'::DOUBLE, NULL, 'nan'::DOUBLE]) AS a"],
    ["infinity", "SELECT unnest([1, '-inf'::DOUBLE]) AS a"],
    ["no values", "SELECT NULL::INTEGER AS i, NULL::VARCHAR AS s, NULL::BIGINT AS b FROM range(2)"],
    ["lists", "SELECT 1 AS a, [1, 2] AS b"],
    ["structs", "SELECT 1 AS a, {'x': 1, 'y': [1]} AS b, 2 AS c"],
    ["maps", "SELECT MAP {'x': 1} AS b"],
    ["binary data", "SELECT 'ab'::BLOB AS b"],
    ["JSON", "SELECT '{}'::JSON AS b"],
    ["intervals", "SELECT INTERVAL 1 DAY AS b"],
    ["no rows", "SELECT 1 AS a WHERE false"],
    ["no name", 'SELECT 1 AS " ", 2 AS b'],
    ["names that differ in case", 'SELECT 1 AS a, 2 AS "A"'],
    ["names with dots", 'SELECT 1 AS "a.b", 2 AS a'],
  ])("%s", async (_, select) => {
    await both(await makeParquet("table.parquet", select));
  });

  it("in more than one group of rows", async () => {
    const path = await makeParquet("many.parquet", "SELECT range AS i, 'c' || range % 5 AS c FROM range(130000)");
    const [one, other] = [await readTable(path), await readPortable(readFileSync(path))];
    const text = ({ columns }: FileTable): string => columns.map(({ values }) => values.join()).join("\n");
    expect(text(one) === text(other)).toBe(true);
    expect(other.columns[0].values.at(-1)).toBe(129_999);
  });

  it.each(["zstd", "gzip", "lz4_raw", "brotli", "uncompressed"])("packed by %s", async (codec) => {
    const path = await makeParquet(
      "packed.parquet",
      "SELECT range AS i, 'c' || range % 5 AS c FROM range(9999)",
      codec,
    );
    expect(await both(path)).toHaveProperty("table");
  });

  it("that is damaged, cut off, or none", async () => {
    const path = await makeParquet("whole.parquet", "SELECT range AS a, 'x' || range AS b FROM range(9999)");
    const whole = readFileSync(path);
    const broken = {
      "cut.parquet": whole.subarray(0, whole.length - 50),
      "text.parquet": Buffer.from("a,b\n1,2\n3,4\n"),
      "footer.parquet": Buffer.from("PAR1aaaaaaaaaaaaaaaaaaaaaaaaaaaaPAR1"),
      "pages.parquet": Buffer.from(whole).fill(0x33, 4, 400),
      "empty.parquet": Buffer.from(""),
    };
    for (const [name, bytes] of Object.entries(broken))
      expect(await both(file(name, bytes)), name).toHaveProperty("refused");
  });
});

/** One column of a table by itself, as each reader gives it: its type, values and note. */
async function column(cells: readonly string[], options: FileReadOptions = {}) {
  const rows = cells.map((cell) => `"${cell.replaceAll('"', '""')}",x`);
  const { table } = (await both(file("column.csv", `c,d\n${rows.join("\n")}\n`), options)) as { table: FileTable };
  const [{ type, values, note }] = table.columns;
  return { type, values: [...values], said: [note, ...table.notes].filter(Boolean).join("; ") };
}

/** A table of nasty columns: what stands in them, what it is, and what is said. */
describe("columns like people's", () => {
  it.each<[string, string[], readonly (number | null)[], string]>([
    ["thousands", ["124,500", "1,234,567.8", "99"], [124500, 1234567.8, 99], ""],
    ["thousands in points", ["1.234.567", "1.234,5"], [1234567, 1234.5], "decimal commas"],
    [
      "thousands in spaces",
      ["1 234,5", "1\u00a0234\u00a0567", "1\u202f000"],
      [1234.5, 1234567, 1000],
      "decimal commas",
    ],
    ["thousands in apostrophes", ["1'234.50", "1’234’567"], [1234.5, 1234567], ""],
    ["groups of India", ["1,23,456", "12,34,567.5"], [123456, 1234567.5], "as in India"],
    ["dollars before", ["$124500.10", "-$5", "$ 7"], [124500.1, -5, 7], "in '$', as written"],
    ["euros behind", ["1.234,50 €", "-5,00 €"], [1234.5, -5], "in '€', as written"],
    ["a currency's code", ["USD 5", "USD 1,234.50"], [5, 1234.5], "in 'USD', as written"],
    ["percent", ["5.2%", "100 %"], [5.2, 100], "in '%', as written"],
    ["a unit", ["12 kg", "7.5kg"], [12, 7.5], "in 'kg', as written"],
    ["a unit of two words", ["1,200 sq ft", "900 sq ft"], [1200, 900], "in 'sq ft', as written"],
    ["accountants' parentheses", ["(92.91)", "1,000.00"], [-92.91, 1000], "'(92.91)' is read as -92.91"],
    ["parentheses around money", ["($1,234.50)", "$3"], [-1234.5, 3], "is read as -1234.5"],
    ["decimal commas", ["1,5", "-0,25"], [1.5, -0.25], "decimal commas"],
    ["the minus of typesetters", ["\u22121.5", "2", "$".slice(1)], [-1.5, 2, null], ""],
    ["that minus behind a dollar", ["$\u22121.5", "$2"], [-1.5, 2], "in '$'"],
    ["a plus", ["+5", "+1,234.5"], [5, 1234.5], ""],
    ["SAP's minus", ["12.50-", "3"], [-12.5, 3], "'12.50-' is read as -12.5"],
    ["a number that reads two ways", ["1.234", "736"], [1.234, 736], "which nothing in the file decides"],
    [
      "marks for missing values",
      ["1", ..."- -- n/a na N/A null NULL none ? . nan #N/A missing NIL".split(" ")],
      [1, ...Array<null>(14).fill(null)],
      "as missing",
    ],
    ["times of day", ["14:30", "00:15"], [14.5, 0.25], "times of day in hours"],
  ])("are numbers: %s", async (_, cells, values, said) => {
    const found = await column(cells);
    expect(found).toMatchObject({ type: "number", values: values.map((value) => value ?? Number.NaN) });
    expect(found.said).toContain(said);
  });

  it.each<[string, string[], string[], string]>([
    ["days of Germany", ["13.02.2024", "1.3.2024"], ["2024-02-13", "2024-03-01"], ""],
    [
      "days of France",
      ["13/02/2024", "01/03/2024"],
      ["2024-02-13", "2024-03-01"],
      "with the day first, as '13/02/2024'",
    ],
    ["days of America", ["02/13/2024", "3/1/2024"], ["2024-02-13", "2024-03-01"], "with the month first"],
    ["Excel's short days", ["2/13/24", "3/1/99"], ["2024-02-13", "1999-03-01"], "years of two digits"],
    ["names of months", ["3-Jan-24", "4 Feb 2024"], ["2024-01-03", "2024-02-04"], "years of two digits"],
    [
      "points in time",
      ["13/02/2024 2:30 PM", "2024-03-01T10:00:00+02:00"],
      ["2024-02-13T14:30:00.000Z", "2024-03-01T08:00:00.000Z"],
      "taken for UTC",
    ],
  ])("are dates: %s", async (_, cells, values, said) => {
    const found = await column(cells);
    expect(found).toMatchObject({ type: "date", values });
    expect(found.said).toContain(said);
  });

  it.each<[string, string[], string]>([
    ["groups of the wrong length", ["1,23,45", "12,345", "1"], "not '1,23,45' (row 1)"],
    ["groups of India beside others", ["1,23,456", "1,234,567"], "groups of two digits"],
    ["a sign without a number", ["$5", "$", "$6"], "not '$' (row 2)"],
    ["a percent sign too many", ["12%%", "5%", "6%"], "not '12%%' (row 1)"],
    ["euros and dollars", ["$5", "$6", "€7"], "numbers of more than one kind: 2 in '$'; not '€7' (row 3)"],
    ["two units", ["5 kg", "6 kg", "7 lb"], "not '7 lb' (row 3)"],
    ["points and commas", ["1,5", "2.5"], "numbers with decimal points and with decimal commas"],
    ["a day on no calendar", ["2024-02-30", "2024-02-28", "2024-03-01"], "not '2024-02-30' (row 1)"],
    ["a time on no clock", ["24:61", "10:00", "11:00"], "not '24:61' (row 1)"],
    ["a point in time on no clock", ["2024-01-01 24:61", "2024-01-01 10:00"], "not '2024-01-01 24:61' (row 1)"],
    ["days in two orders", ["13/02/2024", "02/14/2024"], "dates in two orders"],
    ["days that show no order", ["1/2/2024", "3/4/2024"], "nothing shows whether the day or the month comes first"],
    ["an open parenthesis", ["(5", "6", "7"], "not '(5' (row 1)"],
  ])("stay text, for a reason: %s", async (_, cells, said) => {
    const found = await column(cells);
    expect(found).toMatchObject({ type: "text", values: cells });
    expect(found.said).toContain(said);
    await expect(
      both(file("c.csv", `c,d\n${cells.map((cell) => `"${cell}",x\n`).join("")}`), { types: { c: "number" } }),
    ).resolves.toHaveProperty("refused");
  });

  it("of numbers in any format are the numbers that were written", async () => {
    const formats: [string, (value: number) => string][] = [
      ...["en-US", "de-DE", "fr-FR", "de-CH", "sv-SE", "en-IN"].flatMap((language) =>
        [{}, { style: "currency", currency: "EUR" }, { style: "unit", unit: "kilogram" }].map(
          (style, i): [string, (value: number) => string] => [
            `${language} ${i}`,
            (value) => new Intl.NumberFormat(language, { ...style, minimumFractionDigits: 2 } as object).format(value),
          ],
        ),
      ),
      ["parentheses", (value) => (value < 0 ? `(${(-value).toFixed(2)})` : value.toFixed(2))],
      ["minus behind", (value) => (value < 0 ? `${(-value).toFixed(2)}-` : value.toFixed(2))],
    ];
    const amounts = fc.array(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), { minLength: 3, maxLength: 12 });
    for (const [name, format] of formats) {
      await fc.assert(
        fc.asyncProperty(amounts, async (cents) => {
          const values = cents.map((one) => one / 100 + 0);
          const found = await column(values.map(format));
          expect(found, name).toMatchObject({ type: "number", values });
        }),
        { numRuns: 4 },
      );
    }
  });
});

/** Rows that no reader may leave out by itself, and that no person wants to learn from. */
describe("a row that is no observation", () => {
  const header = ["name", "weight", "height"];
  const numbers = Array.from({ length: 12 }, (_, i) => [`p${i % 3}`, 50.5 + i, 150 + 3 * i]);
  const csv = (rows: readonly unknown[][]): string => rows.map((row) => `${row.join(",")}\n`).join("");
  type Row = (string | number | null)[];
  const refusal = ({ table }: { table: FileTable }, target: string): string => {
    try {
      prepareTable(table, { target });
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  describe.each<[string, (rows: Row[]) => Promise<Verdict>]>([
    ["CSV", (rows) => both(file("odd.csv", csv(rows)))],
    ["Excel", (rows) => both(file("odd.xlsx", workbook({ Data: rows })))],
  ])("%s", (_, read) => {
    it.each<[string, Row, string[], string]>([
      ["units", ["-", "kg", "cm"], ["'kg' (row 1, to be deleted if it holds units)", "'cm' (row 1, "], "weight"],
      ["units in brackets", [null, "[kg]", "(cm)"], ["'[kg]' (row 1, to be deleted", "'(cm)' (row 1, "], "height"],
      ["units of money and area", ["", "€", "m2"], ["'€' (row 1, to be deleted", "'m2' (row 1, to be"], "weight"],
    ])("%s below the header", async (_, row, cells, target) => {
      const found = (await read([header, row, ...numbers])) as { table: FileTable };
      const notes = found.table.columns.slice(1).map(({ note }) => note);
      for (const [i, cell] of cells.entries()) expect(notes[i]).toContain(`12 of 13 values are numbers; not ${cell}`);
      expect(refusal(found, target)).toMatch(
        /^the target '\w+' must be a number in each row .*\(row 1, to be deleted if it holds units\): correct these cells or leave them empty/,
      );
    });

    it.each<[string, Row]>([
      ["Total", ["", "Total", 1998]],
      ["Average:", [null, "Average:", 166.5]],
      ["Summe", ["", "Summe", 1998]],
      ["合计", ["", "合计", 1998]],
    ])("%s below the numbers", async (word, row) => {
      const found = (await read([header, ...numbers, row])) as { table: FileTable };
      expect(found.table.columns[1].note).toBe(
        `12 of 13 values are numbers; not '${word}' (row 13, to be deleted if it holds totals)`,
      );
      expect(found.table.notes).toEqual([
        `row 13, the last one, holds '${word}' in 'weight': delete it if it sums up the others`,
      ]);
      expect(refusal(found, "weight")).toContain(`not '${word}' (row 13, to be deleted if it holds totals): correct`);
      expect(prepareTable(found.table, { target: "height" }).notes).toContain(
        `column 'weight' is set aside: ${found.table.columns[1].note}`,
      );
    });

    it("is told by its name where the others have names, too", async () => {
      const found = (await read([header, ...numbers, ["Sum", 672, 1998]])) as { table: FileTable };
      expect(found.table.notes).toEqual([
        "row 13, the last one, holds 'Sum' in 'name': delete it if it sums up the others",
      ]);
      const named = (await read([header, ...numbers, ["Sum", 1, 2], ["p1", 3, 4]])) as { table: FileTable };
      expect(named.table.notes).toEqual([]);
    });
  });

  it("is named where the column was declared to be numbers", async () => {
    const types = { weight: "number" } as const;
    const refused = (rows: Row[]) => both(file("odd.csv", csv(rows)), { types });
    expect(await refused([header, ["-", "kg", "cm"], ...numbers])).toMatchObject({
      refused: expect.stringContaining(
        "'odd.csv', column 'weight', row 1: expected a number, as the column was declared, got 'kg'; a row to be deleted if it holds units",
      ),
    });
    expect(await refused([header, ...numbers, ["", "Total", 1998]])).toMatchObject({
      refused: expect.stringContaining("row 13: expected a number, as the column was declared, got 'Total'; a row to"),
    });
  });

  it("is not supposed where a cell is a mistake, or words are many", async () => {
    const said = async (cells: string[]): Promise<string> => (await column(cells)).said;
    expect(await said(["12%%", "5%", "6%"])).toBe("2 of 3 values are numbers; not '12%%' (row 1)");
    expect(await said(["5", "x", "6"])).toBe("2 of 3 values are numbers; not 'x' (row 2)");
    expect(await said(["5", "6", "x"])).toBe("2 of 3 values are numbers; not 'x' (row 3)");
    expect(await said(["5", "6", "Total 2024"])).toContain("(row 3, to be deleted if it holds totals)");
    expect(await said(["x", "5", "6", "7", "y", "z"])).not.toContain("deleted");
  });
});

describe("Excel", () => {
  const day = new Date(Date.UTC(2024, 1, 13));
  const time = new Date(Date.UTC(2024, 1, 13, 14, 30));
  const sheet = [
    ["name", "n", "day", "time", "share", "flag", "code", "words"],
    ["x", 1.1, day, time, 0.052, true, "007", 'say "hi", now'],
    ["y", 5.2, day, day, 0.1 + 0.2, false, "010", "two\nlines"],
    ["z", null, null, null, 1, null, "", " "],
  ];

  it("gives numbers, dates, booleans and words", async () => {
    const found = (await both(file("sheet.xlsx", workbook({ Data: sheet })))) as { table: FileTable };
    expect(found.table.columns.map(({ name, type, values }) => [name, type, ...values])).toEqual([
      ["name", "text", "x", "y", "z"],
      ["n", "number", 1.1, 5.2, Number.NaN],
      ["day", "date", "2024-02-13", "2024-02-13", null],
      ["time", "date", "2024-02-13T14:30:00.000Z", "2024-02-13T00:00:00.000Z", null],
      ["share", "number", 0.052, 0.1 + 0.2, 1],
      ["flag", "boolean", "TRUE", "FALSE", null],
      ["code", "text", "007", "010", null],
      ["words", "text", 'say "hi", now', "two\nlines", null],
    ]);
    expect(found.table.notes).toEqual([]);
  });

  it("has titles, blank rows and blank columns around its table", async () => {
    const framed = [["Report"], [], [null, "a", null, "b"], [null, 1, null, 2], [], [null, 3, null, 4], []];
    const found = (await both(file("framed.xlsx", workbook({ Data: framed })))) as { table: FileTable };
    expect(found.table.columns.map(({ name, values }) => [name, ...values])).toEqual([
      ["a", 1, 3],
      ["b", 2, 4],
    ]);
    expect(found.table.notes).toEqual(["lines 1 to 2 stand above the header and are skipped: 'Report' …"]);
  });

  it("may be long", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [i / 7, `word ${i % 5}`]);
    const path = file("long.xlsx", workbook({ Data: [["x", "word"], ...rows] }));
    const [one, other] = [await readTable(path), await readPortable(new File([readFileSync(path)], "long.xlsx"))];
    for (const { rows: count, columns } of [one, other]) {
      expect(count).toBe(20_000);
      expect(columns[0].values.at(-1)).toBe(19_999 / 7);
      expect(columns[1].values.at(-1)).toBe("word 4");
    }
  });

  it("may have several sheets", async () => {
    const path = file("two.xlsx", workbook({ One: [["a"], [1]], "Two words": [["b"], [2]], Empty: [] }));
    expect(await both(path)).toMatchObject({
      table: {
        columns: [{ name: "a" }],
        notes: ["'One', the first of 3 sheets, is read; the sheets are 'One', 'Two words', 'Empty'"],
      },
    });
    expect(await both(path, { sheet: "Two words" })).toMatchObject({ table: { columns: [{ name: "b" }], notes: [] } });
    expect(await both(path, { sheet: "Three" })).toEqual({
      refused: "sheet: 'two.xlsx' has no sheet 'Three'\nIts sheets are 'One', 'Two words', 'Empty'.",
    });
    expect(await both(path, { sheet: "Empty" })).toMatchObject({
      refused: expect.stringContaining("nothing stands in"),
    });
  });

  it.each<[string, Parameters<typeof workbook>[0], FileReadOptions?]>([
    [
      "a header without a name",
      {
        Data: [
          ["a", null],
          [1, 2],
        ],
      },
    ],
    [
      "a header of two rows, merged",
      {
        Data: [
          ["2023", null, "2024", null],
          ["a", "b", "a", "b"],
          [1, 2, 3, 4],
        ],
      },
    ],
    [
      "the same, told",
      {
        Data: [
          ["2023", null, "2024", null],
          ["a", "b", "c", "d"],
          [1, 2, 3, 4],
        ],
      },
      { skip: 1 },
    ],
    ["a header alone", { Data: [["a", "b"]] }],
    [
      "declared types",
      {
        Data: [
          ["zip", "b"],
          [75001, 1],
          [10115, 2],
        ],
      },
      { types: { zip: "category" } },
    ],
    [
      "errors of formulas",
      {
        Data: [
          ["a", "b"],
          ["#DIV/0!", 1],
          [2, 3],
        ],
      },
    ],
  ])("%s", async (_, sheets, options) => void (await both(file("case.xlsx", workbook(sheets)), options)));

  it("is told by its bytes, and refused where it is none", async () => {
    expect(await both(file("nameless", workbook({ Data: [["a"], [1]] })))).toHaveProperty("table");
    for (const [name, content] of [
      ["cut.xlsx", workbook({ Data: sheet }).subarray(0, 700)],
      ["text.xlsx", Buffer.from("a,b\n1,2\n")],
      ["old.xlsx", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2])],
      ["zip.xlsx", zipSync({ "readme.txt": strToU8("hello") })],
      ["sheet.csv", workbook({ Data: sheet })],
    ] as const)
      expect(await both(file(name, content)), name).toHaveProperty("refused");
  });
});

/** Where the two differ, and why. */
describe("exceptions", () => {
  it("a quote behind two spaces is a sign of the text to DuckDB, and opens a quoted cell elsewhere", async () => {
    const path = file("spaces.csv", 'a,b\n  "x",1\n');
    expect((await readTable(path)).columns[0].values).toEqual(['"x"']);
    expect((await readPortable(readFileSync(path))).columns[0].values).toEqual(["x"]);
  });
});
