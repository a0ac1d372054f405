import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readTable } from "../src/read.ts";
import { file, folder, rows, types } from "./fixtures.ts";

describe("CSV", () => {
  it("reads numbers, text, booleans and dates", async () => {
    const path = file(
      "kinds.csv",
      "n,s,b,d,t\n1,x,true,2020-01-05,2020-01-05 10:00\n-2.5e3,y z,FALSE,2021-1-6,2020-01-05T10:00:00+02:00\n",
    );
    const table = await readTable(path);
    expect(table.path).toBe(path);
    expect(types(table)).toEqual(["n:number", "s:text", "b:boolean", "d:date", "t:date"]);
    expect(table.columns[0].values).toEqual(new Float64Array([1, -2500]));
    expect(rows(table)).toEqual([
      [1, "x", "true", "2020-01-05", "2020-01-05T10:00:00.000Z"],
      [-2500, "y z", "FALSE", "2021-01-06", "2020-01-05T08:00:00.000Z"],
    ]);
  });

  it("takes empty fields and the usual tokens as missing, in every type", async () => {
    const lines = [
      "1,x,true,2020-01-05",
      ",,,",
      "NA,N/A,n/a,null",
      "NULL,None,?, NA ",
      "  ,  ,  ,#N/A",
      '"","NA",?,""',
    ];
    const table = await readTable(file("missing.csv", `n,s,b,d\n${lines.join("\n")}\n`));
    expect(types(table)).toEqual(["n:number", "s:text", "b:boolean", "d:date"]);
    expect(rows(table)).toEqual([[1, "x", "true", "2020-01-05"], ...Array(5).fill([null, null, null, null])]);
    expect(table.columns[0].values).toEqual(new Float64Array([1, ...Array(5).fill(Number.NaN)]));
  });

  it("makes a column text when one value is of another kind", async () => {
    const table = await readTable(file("mixed.csv", "a,b,c,d\n1,true,2020-01-05,12_34\nx,1,7,12_35\n"));
    expect(types(table)).toEqual(["a:text", "b:text", "c:text", "d:text"]);
    expect(rows(table)[1]).toEqual(["x", "1", "7", "12_35"]);
  });

  it("calls a column without any value text", async () => {
    const table = await readTable(file("void.csv", "a,b\n1,\n2,NA\n"));
    expect(types(table)).toEqual(["a:number", "b:text"]);
  });

  it("keeps nan and inf where they are text among text", async () => {
    const table = await readTable(file("bread.csv", "bread\nnaan\nnan\ninf\n"));
    expect(rows(table)).toEqual([["naan"], ["nan"], ["inf"]]);
  });

  it.each([
    ["quoted fields with newlines, commas and quotes", 'a,b\n"1,x","2\ny"\n"say ""hi""",z\n', ["1,x", "2\ny"]],
    ["CR LF", "a,b\r\nx,y\r\nv,w\r\n", ["x", "y"]],
    ["old Macintosh CR", "a,b\rx,y\rv,w\r", ["x", "y"]],
    ["a byte order mark", "\uFEFFa,b\nx,y\nv,w\n", ["x", "y"]],
    ["no newline at the end", "a,b\nx,y\nv,w", ["x", "y"]],
    ["blank lines", "a,b\n\nx,y\n\nv,w\n\n", ["x", "y"]],
    ["spaces around fields", " a , b\n x , y\nv,w\n", ["x", "y"]],
    ["a quoted header", '"a","b"\nx,y\nv,w\n', ["x", "y"]],
    ["semicolons", "a;b\nx,1;y\nv;w\n", ["x,1", "y"]],
    ["bars", "a|b\nx|y\nv|w\n", ["x", "y"]],
    ["tabs", "a\tb\nx\ty\nv\tw\n", ["x", "y"]],
    ["a comment sign", "a,b\n#x,y\nv,w\n", ["#x", "y"]],
    ["other scripts", "a,b\nØystein,東京\nv,w\n", ["Øystein", "東京"]],
  ])("reads %s", async (name, content, first) => {
    const table = await readTable(file(`${name}.csv`, content));
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(table.rows).toBe(2);
    expect(rows(table)[0]).toEqual(first);
  });

  it("reads a quoted header with delimiters and newlines in names", async () => {
    const table = await readTable(file("names.csv", '"price, EUR","a;b;c","line\nbreak","say ""x"""\n1,2,3,4\n'));
    expect(table.columns.map(({ name }) => name)).toEqual(["price, EUR", "a;b;c", "line\nbreak", 'say "x"']);
  });

  it("reads decimal commas in files separated by semicolons", async () => {
    const table = await readTable(file("decimal.csv", "länge;n;s\n1,5;2;a,b\n-0,25;3;c\n"));
    expect(types(table)).toEqual(["länge:number", "n:number", "s:text"]);
    expect(rows(table)).toEqual([
      [1.5, 2, "a,b"],
      [-0.25, 3, "c"],
    ]);
  });

  it("reads one column, with a blank line as a missing value", async () => {
    expect(rows(await readTable(file("one.csv", "a\n1\n\n3\n")))).toEqual([[1], [null], [3]]);
  });

  it("finds the one text value far below any sample", async () => {
    const numbers = Array.from({ length: 60_000 }, (_, i) => `${i}\n`).join("");
    const table = await readTable(file("late.csv", `a\n${numbers}x\n`));
    expect(types(table)).toEqual(["a:text"]);
    expect(table.rows).toBe(60_001);
    expect(table.columns[0].values.at(-1)).toBe("x");
  });

  it("reads wide tables", async () => {
    const names = Array.from({ length: 900 }, (_, i) => `pixel_${i}`);
    const table = await readTable(file("wide.csv", `${names.join()}\n${names.map((_, i) => i).join()}\n`));
    expect(table.columns.length).toBe(900);
    expect(rows(table)[0][899]).toBe(899);
  });

  it("keeps names that SQL or JavaScript would take for something else", async () => {
    const header = `a'b,"c""d",10,2,__proto__,A,a,"); DROP TABLE t; --"`;
    const table = await readTable(file("sql.csv", `${header}\n1,2,3,4,5,6,7,8\n`));
    const names = ["a'b", 'c"d', "10", "2", "__proto__", "A", "a", "); DROP TABLE t; --"];
    expect(table.columns.map(({ name }) => name)).toEqual(names);
    expect(rows(table)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8]]);
  });

  it.each(["we'ird [1]*?.csv", "a'); DROP TABLE t; --.csv", "*.csv", "{a,b}.csv", "~.csv", "über 東京.csv"])(
    "reads a file that is called %s, and no other",
    async (name) => {
      file("we'ird 1xy.csv", "a\n7\n");
      expect(rows(await readTable(file(name, "a\n1\n")))).toEqual([[1]]);
    },
  );

  it("takes no column from a folder called year=2020", async () => {
    mkdirSync(join(folder, "year=2020"));
    const table = await readTable(file("year=2020/x.csv", "a\n1\n"));
    expect(types(table)).toEqual(["a:number"]);
  });
});

describe("other formats", () => {
  const expected = [
    [1, "x", "true"],
    [2.5, null, null],
  ];

  it("reads TSV, where a comma is no delimiter", async () => {
    const table = await readTable(file("x.tsv", "a,1\tb,2,3\n1\tx,y\n"));
    expect(types(table)).toEqual(["a,1:number", "b,2,3:text"]);
  });

  it.each(["x.jsonl", "x.ndjson", "x.json"])("reads JSON lines from %s", async (name) => {
    const table = await readTable(file(name, '{"a":1,"b":"x","c":true}\n\n{"a":2.5,"b":"NA"}\n'));
    expect(types(table)).toEqual(["a:number", "b:text", "c:boolean"]);
    expect(rows(table)).toEqual(expected);
  });

  it("reads a JSON array of objects", async () => {
    const table = await readTable(file("array.json", '\uFEFF [\n{"a":1,"b":"x","c":true},\n{"a":2.5,"b":null}]\n'));
    expect(rows(table)).toEqual(expected);
  });

  it("collects the keys of all objects", async () => {
    const table = await readTable(file("keys.jsonl", '{"b":1}\n{"a":1,"b":2}\n{"a":3,"b":4}\n{"c\'\\"d":5}\n'));
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "b", "c'\"d"]);
    expect(rows(table)).toEqual([
      [null, 1, null],
      [1, 2, null],
      [3, 4, null],
      [null, null, 5],
    ]);
  });

  it("reads dates and escapes in JSON", async () => {
    const table = await readTable(file("date.jsonl", '{"d":"2020-01-05","s":"x\\ny \\ud83d\\ude00"}\n'));
    expect(types(table)).toEqual(["d:date", "s:text"]);
    expect(rows(table)).toEqual([["2020-01-05", "x\ny 😀"]]);
  });

  it.each(["x.csv.gz", "disguised.csv"])("unpacks gzip in %s", async (name) => {
    const members = [gzipSync("a,b\n1,x\n"), gzipSync("2,y\n")];
    expect(rows(await readTable(file(name, Buffer.concat(members))))).toEqual([
      [1, "x"],
      [2, "y"],
    ]);
  });

  it("unpacks JSON lines", async () => {
    expect(rows(await readTable(file("x.jsonl.gz", gzipSync('{"a":1}\n'))))).toEqual([[1]]);
  });

  it("reads standard input, plain and packed", async () => {
    expect(rows(await readTable("-", { stdin: Readable.from(["a,b\n1", ",2\n"]) }))).toEqual([[1, 2]]);
    expect(rows(await readTable("-", { stdin: Readable.from([gzipSync("a\n3\n")]) }))).toEqual([[3]]);
    const stdin = Readable.from(['{"a":4}\n']);
    expect(rows(await readTable("-", { stdin, readAs: "jsonl" }))).toEqual([[4]]);
  });
});
