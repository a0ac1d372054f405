import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { Column } from "@chaingrad/tables";
import { UserError } from "@chaingrad/tables";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withTable } from "../src/read.ts";
import { type WriteTarget, writeTable } from "../src/write.ts";
import { file, folder, makeParquet } from "./fixtures.ts";
import { workbook } from "./workbook.ts";

/** A column of predictions for so many rows. */
const predictions = (rows: number): Column[] => [
  { name: "prediction", type: "number", values: Float64Array.from({ length: rows }, (_, row) => row + 0.5) },
];

/** Reads `source` and writes it with predictions beside. */
const append = (source: string, target: WriteTarget): Promise<void> =>
  withTable(source, {}, (open) => writeTable(open, predictions(open.table.rows), target));

async function appended(name: string, content: string | Uint8Array, target: string): Promise<string> {
  await append(file(name, content), { path: join(folder, target) });
  return readFileSync(join(folder, target), "utf8");
}

/** What DuckDB finds in a Parquet file: types and rows. */
async function parquet(path: string): Promise<{ types: string[]; rows: unknown[] }> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  const types = (await ask(`DESCRIBE FROM '${path}'`)).map(([name, type]) => `${name} ${type}`);
  const rows = await ask(`FROM '${path}'`);
  connection.closeSync();
  instance.closeSync();
  return { types, rows };
}

/** Gathers what is written, or fails with a system error. */
function sink(code?: string): { stdout: Writable; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stdout = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done(code === undefined ? null : Object.assign(new Error(code), { code }));
    },
  });
  return { stdout, bytes: () => Buffer.concat(chunks) };
}

describe("cells are written as they were read", () => {
  const written = [
    "ean;code;flag;when;local;version;note;amount;y",
    "0400966177624;2E7;FALSE;2024-03-01 10:00;2024-03-01T10:00:00+05:30;1.10;NA;1.234,50;1,5",
    '1234567890123456001;3E1;TRUE;2024-3-1 10:01:00; x ;1.20;"a\nb";-;2,0',
    ";;;;;;;;3,0",
  ];

  it("from CSV to CSV, with the separator and the decimal sign of the file", async () => {
    expect(await appended("cells.csv", written.join("\n"), "out.csv")).toBe(
      written.map((line, row) => `${line};${["prediction", "0,5", "1,5", "2,5"][row]}\n`).join(""),
    );
  });

  it.each([
    ["line ends of Windows", "a,b\r\n1,x\r\n2,y\r\n", "a,b,prediction\r\n1,x,0.5\r\n2,y,1.5\r\n"],
    ["a byte order mark", "\uFEFFa,b\n1,x\n", "\uFEFFa,b,prediction\n1,x,0.5\n"],
    ["names that need quotes", '"a,1","b ""c"""\n1,2\n', '"a,1","b ""c""",prediction\n1,2,0.5\n'],
    ["cells that need quotes", 'a,b\n"1,5","say ""hi""\nnow"\n', 'a,b,prediction\n"1,5","say ""hi""\nnow","0,5"\n'],
    [
      "quotes around every cell",
      '"a","b"\r\n"1",""\r\n"x y","2"\r\n',
      '"a","b",prediction\r\n"1","",0.5\r\n"x y","2",1.5\r\n',
    ],
    [
      "quotes around some cells, and spaces",
      ' a , "b"\n1, "x, y"\n "2" ,z\n',
      ' a , "b",prediction\n1, "x, y",0.5\n "2" ,z,1.5\n',
    ],
    [
      "quotes within cells, and blank lines",
      'a,b\n5" disk,x\n\n"6"" disk",y\n',
      'a,b,prediction\n5" disk,x,0.5\n"6"" disk",y,1.5\n',
    ],
    ["a delimiter too many in its rows", "a,b\n1,2,\n3,4,\n", "a,b,prediction\n1,2,0.5\n3,4,1.5\n"],
    ["a header in a comment", '# a,b\n1,"2"\n', 'a,b,prediction\n1,"2",0.5\n'],
    ["one column with a missing value", "a\n1\n\n3\n", "a,prediction\n1,0.5\n,1.5\n3,2.5\n"],
    ["what stood above the header left out", "# c\na,b\n1,2\n", "a,b,prediction\n1,2,0.5\n"],
  ])("from CSV to CSV, with %s", async (_, from, to) => expect(await appended("layout.csv", from, "out.csv")).toBe(to));

  it("from TSV to TSV and to CSV", async () => {
    expect(await appended("t.tsv", "a\tb\n1,5\tx,y\n", "out.tsv")).toBe("a\tb\tprediction\n1,5\tx,y\t0,5\n");
    expect(await appended("t.tsv", "a\tb\n007\tx,y\n", "out.csv")).toBe('a,b,prediction\n007,"x,y",0.5\n');
  });

  it("from JSON to JSON, character by character", async () => {
    const objects = ['{"a":1.10,"b":"01067","id":1234567890123456001,"d":true, "e":2E7}', '{"b":null,"a":1}', "{}"];
    const own = ['"prediction":0.5', '"prediction":1.5', '"prediction":2.5'];
    const lines = [`${objects[0].slice(0, -1)},${own[0]}}`, `${objects[1].slice(0, -1)},${own[1]}}`, `{${own[2]}}`];
    expect(await appended("o.jsonl", objects.join("\n"), "out.jsonl")).toBe(`${lines.join("\n")}\n`);
    expect(await appended("o.json", `[${objects.join(",\n")}]`, "out.json")).toBe(`[\n${lines.join(",\n")}\n]\n`);
  });

  it("from CSV to JSON: plain numbers with their digits, all else as text", async () => {
    const csv = 'n,code,price,t,b,none\n1.10,007,"$1,234.50",2024-01-02,true,\n2E7,010,"$2.00",2024-01-03,false,NA\n';
    expect(await appended("typed.csv", csv, "out.jsonl")).toBe(
      '{"n":1.10,"code":"007","price":"$1,234.50","t":"2024-01-02","b":true,"none":null,"prediction":0.5}\n' +
        '{"n":2E7,"code":"010","price":"$2.00","t":"2024-01-03","b":false,"none":"NA","prediction":1.5}\n',
    );
  });

  it("from Parquet to every format, with its types", async () => {
    const path = await makeParquet(
      "typed.parquet",
      `SELECT 1234567890123456001::BIGINT AS id, '007' AS code, 1.10::DECIMAL(5, 2) AS d, DATE '2024-01-02' AS day,
        TIMESTAMPTZ '2024-03-01 10:00:00+05:30' AS t, true AS b, NULL::INTEGER AS none`,
    );
    await append(path, { path: join(folder, "typed-out.parquet") });
    const [before, after] = [await parquet(path), await parquet(join(folder, "typed-out.parquet"))];
    expect(after.types).toEqual([...before.types, "prediction DOUBLE"]);
    expect(after.rows).toEqual(before.rows.map((row) => [...(row as unknown[]), 0.5]));
    await append(path, { path: join(folder, "typed-out.jsonl") });
    const [line] = readFileSync(join(folder, "typed-out.jsonl"), "utf8").split("\n");
    expect(line).toContain('"id":1234567890123456001,"code":"007","d":1.10,"day":"2024-01-02"');
    await append(path, { path: join(folder, "typed-out.csv") });
    expect(readFileSync(join(folder, "typed-out.csv"), "utf8")).toContain("\n1234567890123456001,007,1.10,2024-01-02,");
  });

  it("from Parquet's days to text, and from days of other orders to Parquet as they stand", async () => {
    const csv =
      "iso,german,us,short,times\n2024-01-02,13.02.2024,2/13/2024,1-2-24,14:30\n,1.3.2024,3/1/2024,13-2-24,9:00\n";
    await append(file("days.csv", csv), { path: join(folder, "days.parquet") });
    const { types, rows } = await parquet(join(folder, "days.parquet"));
    expect(types.map((type) => type.split(" ")[1])).toEqual([
      "DATE",
      "DATE",
      "VARCHAR",
      "VARCHAR",
      "VARCHAR",
      "DOUBLE",
    ]);
    expect(rows).toEqual([
      ["2024-01-02", "2024-02-13", "2/13/2024", "1-2-24", "14:30", 0.5],
      [null, "2024-03-01", "3/1/2024", "13-2-24", "9:00", 1.5],
    ]);
  });

  it("from text in another encoding in UTF-8, which its mark says", async () => {
    const text = 'Größe;"a\r\nb"\r\n1,50;Málaga\r\n007;"Köln; West"\r\n';
    const out = '\uFEFFGröße;"a\r\nb";prediction\r\n1,50;Málaga;0,5\r\n007;"Köln; West";1,5\r\n';
    expect(await appended("utf16.csv", Buffer.from(`\uFEFF${text}`, "utf16le"), "out.csv")).toBe(out);
    expect(await appended("bare.csv", Buffer.from(text, "utf16le"), "out.csv")).toBe(out);
    expect(await appended("latin1.csv", Buffer.from(text, "latin1"), "out.csv")).toBe(out);
  });

  it("from Excel to CSV: numbers with all digits, dates as ISO 8601", async () => {
    const sheet = [
      ["Report"],
      ["code", "n", "day", "time", "flag", "say"],
      ["007", 1.1, new Date("2024-01-02"), new Date("2024-01-02T10:30:00Z"), true, 'a, "b"'],
      ["010", 1e21, null, null, false, " x "],
    ];
    const lines = ['007,1.1,2024-01-02,2024-01-02 10:30:00,TRUE,"a, ""b""",0.5', "010,1e+21,,,FALSE, x ,1.5"];
    const csv = `code,n,day,time,flag,say,prediction\n${lines.join("\n")}\n`;
    expect(await appended("sheet.xlsx", workbook({ Data: sheet }), "out.csv")).toBe(csv);
    await expect(append(join(folder, "sheet.xlsx"), { path: join(folder, "out.xlsx") })).rejects.toThrow(
      "workbooks of Excel are read only",
    );
  });

  it("from CSV and JSON to Parquet: plain numbers, booleans and days typed, all else as text", async () => {
    const csv = "id,code,n,w,b,day,t\n1234567890123456001,007,1.5,1,true,2024-01-02,2024-01-02 10:00:00+05:30\n";
    await append(file("to.csv", csv), { path: join(folder, "to.parquet") });
    const { types, rows } = await parquet(join(folder, "to.parquet"));
    expect(types.map((type) => type.split(" ")[1])).toEqual([
      "VARCHAR",
      "VARCHAR",
      "DOUBLE",
      "BIGINT",
      "BOOLEAN",
      "DATE",
      "VARCHAR",
      "DOUBLE",
    ]);
    expect(rows).toEqual([
      ["1234567890123456001", "007", 1.5, "1", true, "2024-01-02", "2024-01-02 10:00:00+05:30", 0.5],
    ]);
    await append(file("to.jsonl", '{"a":"5","n":1.5,"id":1234567890123456001}\n'), {
      path: join(folder, "to2.parquet"),
    });
    expect((await parquet(join(folder, "to2.parquet"))).rows).toEqual([["5", 1.5, "1234567890123456001", 0.5]]);
  });

  it("whatever they are", async () => {
    const cell = fc.oneof(
      fc.constantFrom(
        ...[
          "",
          "NA",
          "-",
          "0",
          "007",
          "1.10",
          "2E7",
          "1234567890123456001",
          "TRUE",
          "false",
          "1,5",
          "1.234,5",
          "$5",
          "5 %",
          "1,23,456",
          "(92.91)",
          "\u22121.5",
          "12 sq ft",
          "14:30",
          "24:61",
        ],
        ...[
          "2024-01-02",
          "2024-01-02 10:00:00+05:30",
          "13/02/2024",
          "1/2/24",
          "3-Jan-24",
          "20240131",
          " x ",
          'say "hi"',
          "a;b",
          "line\nfeed",
          "naïve",
          "東京",
          "'",
          "nan",
        ],
      ),
      fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[\0\r]/g, "")),
    );
    const table = fc.tuple(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }),
      fc.constantFrom(",", ";", "\t"),
      fc.infiniteStream(fc.boolean()),
    );
    const print = (row: readonly string[], sign: string, always: boolean): string =>
      row
        .map((text) =>
          always || text.includes(sign) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
        )
        .join(sign);
    await fc.assert(
      fc.asyncProperty(table, async ([cells, sign, quotes]) => {
        // A last row of words keeps any column from being numbers with infinities, which are refused.
        const rows = [["first", "second", "third"], ...cells, ["w", "w", "w"]];
        const lines = rows.map((row) => print(row, sign, quotes.next().value));
        const out = await appended("any.csv", lines.map((line) => `${line}\n`).join(""), "any-out.csv");
        const decimal = /\b0,5"?\n/.test(out) ? "," : ".";
        const added = lines.map((_, i) => print([i === 0 ? "prediction" : `${i - 1}${decimal}5`], sign, false));
        expect(out).toBe(lines.map((line, i) => `${line}${sign}${added[i]}\n`).join(""));
      }),
      { numRuns: 60 },
    );
  });
});

describe("writeTable", () => {
  const source = (): string => file("source.csv", "a,b\n0.1,x\n0.2,y\n");

  it.each(["big.csv.gz", "big.parquet", "big.jsonl"])("writes more than one piece to %s, in order", async (name) => {
    const numbers = Array.from({ length: 30_000 }, (_, i) => String(Math.sin(i)));
    await append(file("big.csv", `a\n${numbers.join("\n")}\n`), { path: join(folder, name) });
    await withTable(join(folder, name), {}, async ({ table }) => {
      expect(table.columns[0].values).toEqual(Float64Array.from(numbers, Number));
      expect(table.columns[1].values).toEqual(predictions(30_000)[0].values);
    });
  });

  it("keeps lines that are longer and more than any piece", async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `${i},"größe ${i}\r\n""${"x".repeat(i % 97)}"""`);
    lines[7] = `7,"${"long, ".repeat(50_000)}"`;
    const out = await appended("many.csv", `a,b\r\n${lines.join("\r\n")}`, "many-out.csv");
    expect(out).toBe(`a,b,prediction\r\n${lines.map((line, i) => `${line},${i + 0.5}\r\n`).join("")}`);
  });

  it("takes an explicit format before the extension", async () => {
    const path = join(folder, "explicit.csv");
    await append(source(), { path, format: "jsonl" });
    expect(readFileSync(path, "utf8")).toMatch(/^\{"a":0.1,/);
  });

  it("writes standard output in every format", async () => {
    for (const format of ["csv", "tsv", "json", "jsonl", "parquet"] as const) {
      const { stdout, bytes } = sink();
      await append(source(), { path: "-", format, stdout });
      const path = join(folder, `stdout.${format}`);
      await append(source(), { path });
      if (format !== "parquet") expect(bytes()).toEqual(readFileSync(path));
      else expect(bytes().subarray(0, 4).toString()).toBe("PAR1");
      expect(stdout.writableEnded).toBe(false);
    }
  });

  it("ends quietly when the reader of standard output has seen enough", async () => {
    await expect(append(source(), { path: "-", stdout: sink("EPIPE").stdout })).resolves.toBeUndefined();
  });

  it("says that the disk behind standard output is full", async () => {
    const written = append(source(), { path: "-", stdout: sink("ENOSPC").stdout });
    await expect(written).rejects.toThrow(new UserError("cannot write standard output: the disk is full"));
  });

  it.runIf(existsSync("/dev/full"))("says that the device is full", async () => {
    for (const format of ["csv", "parquet"] as const) {
      const error: unknown = await append(source(), { path: "/dev/full", format }).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(/the disk is full/);
    }
  });

  it("unpacks with any gunzip", async () => {
    await append(source(), { path: join(folder, "z.csv.gz") });
    expect(gunzipSync(readFileSync(join(folder, "z.csv.gz"))).toString()).toBe(
      "a,b,prediction\n0.1,x,0.5\n0.2,y,1.5\n",
    );
  });
});
