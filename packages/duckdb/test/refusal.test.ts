import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { file, folder, refusal } from "./fixtures.ts";

describe("no file to read", () => {
  it("refuses a missing file", async () => {
    expect(await refusal(join(folder, "nowhere.csv"))).toMatchInlineSnapshot(`
      "cannot read 'nowhere.csv': no such file or folder
      Check the spelling and the current folder."
    `);
  });

  it("refuses a path through a file", async () => {
    expect(await refusal(join(file("flat.csv", "a\n1\n"), "x.csv"))).toMatchInlineSnapshot(
      `"cannot read 'flat.csv/x.csv': a part of the path is a file, not a folder"`,
    );
  });

  it("refuses a folder", async () => {
    mkdirSync(join(folder, "folder.csv"));
    expect(await refusal(join(folder, "folder.csv"))).toMatchInlineSnapshot(`
      "cannot read 'folder.csv': it is a folder
      Name a file inside it."
    `);
  });

  it("refuses a file that it may not read", async () => {
    const path = file("secret.csv", "a\n1\n");
    chmodSync(path, 0);
    const root = process.geteuid?.() === 0;
    chmodSync(folder, 0o755);
    // Permissions do not bind root, who steps down to nobody for a moment.
    if (root) process.seteuid?.(65534);
    try {
      expect(await refusal(path)).toMatchInlineSnapshot(`"cannot read 'secret.csv': permission denied"`);
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});

describe("no table in the file", () => {
  it.each(["empty.csv", "empty.json", "empty.jsonl", "empty.parquet", "empty.tsv"])("refuses %s", async (name) => {
    expect(await refusal(file(name, ""))).toBe(`'${name}' is empty`);
    expect(await refusal(file(name, " \n\n"))).toBe(`'${name}' is empty`);
  });

  it("refuses empty standard input", async () => {
    expect(await refusal("-", { stdin: Readable.from([]) })).toBe("standard input is empty");
  });

  it.each(["a,b\n", "a,b", "a,b\n\n\n"])("refuses a header alone: %j", async (content) => {
    expect(await refusal(file("header.csv", content))).toMatch(/^'header.csv' has no rows, only column names\n/);
  });

  it("refuses an empty JSON array", async () => {
    expect(await refusal(file("none.json", "[]"))).toMatchInlineSnapshot(
      `"'none.json' holds no objects with keys, so it has no columns"`,
    );
  });

  it("refuses JSON objects without keys", async () => {
    expect(await refusal(file("bare.jsonl", "{}\n{}\n"))).toMatchInlineSnapshot(
      `"'bare.jsonl' holds no objects with keys, so it has no columns"`,
    );
  });

  it("refuses binary data", async () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256);
    expect(await refusal(file("binary.csv", bytes))).toMatchInlineSnapshot(`
      "'binary.csv' is not text: it holds binary data
      Expected CSV, TSV, JSON lines (.jsonl), Excel (.xlsx) or Parquet (.parquet)."
    `);
  });

  it.each([
    ["a spreadsheet", Buffer.from("PK\x03\x04rest"), "it looks like a spreadsheet (.xlsx) or a zip file"],
    ["an old spreadsheet", Buffer.from("d0cf11e0a1b1", "hex"), "it looks like an old spreadsheet (.xls)"],
    ["Parquet", Buffer.from("PAR1rest"), "it looks like a Parquet file"],
  ])("refuses %s named .csv", async (name, bytes, message) => {
    expect(await refusal(file(`${name}.csv`, bytes))).toContain(`'${name}.csv' is not text: ${message}`);
  });

  it.each(["csv", "json", "parquet"])("refuses a web page named .%s", async (extension) => {
    const path = file(`page.${extension}`, "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n");
    expect(await refusal(path)).toContain(`'page.${extension}' is not a table: it looks like a web page`);
  });
});

describe("a header that names no columns", () => {
  it("refuses duplicate names", async () => {
    expect(await refusal(file("dup.csv", "a,b,a,c,b\n1,2,3,4,5\n"))).toMatchInlineSnapshot(`
      "'dup.csv': more than one column is named 'a', 'b'
      Give every column a name of its own."
    `);
  });

  it("refuses missing names", async () => {
    expect(await refusal(file("unnamed.csv", ',a,"",b\n1,2,3,4\n'))).toMatchInlineSnapshot(`
      "'unnamed.csv': the header has no name for columns 1, 3 of 4
      Name every column. (An unnamed first column is often a row index: pandas leaves it out with index=False, R with row.names=FALSE. An unnamed last one is often a delimiter too many.)"
    `);
  });

  it("refuses a blank first line over one column", async () => {
    expect(await refusal(file("blank.csv", "\na\n1\n"))).toMatchInlineSnapshot(
      `"'blank.csv', line 1: expected column names, got a blank line"`,
    );
  });

  it("refuses a first row of numbers", async () => {
    expect(await refusal(file("bare.csv", "1,2,3\n4,5,6\n"))).toMatchInlineSnapshot(`
      "'bare.csv', line 1: expected column names, got numbers: 1, 2, 3
      The first row must name the columns: add one."
    `);
  });

  it("refuses a first row of measurements with a label", async () => {
    expect(await refusal(file("iris.data", "5.1,3.5,1.4,0.2,setosa\n4.9,3,1.4,0.2,setosa\n"))).toMatchInlineSnapshot(`
      "'iris.data', line 1: expected column names, got numbers: 5.1, 3.5, 1.4, 0.2, setosa
      The first row must name the columns: add one."
    `);
  });

  it("refuses a quote that is not closed", async () => {
    expect(await refusal(file("open.csv", '"a,b\n1,2\n'))).toMatchInlineSnapshot(
      `"'open.csv', line 1: a quote in the header is not closed"`,
    );
  });

  it("refuses a header that never ends", async () => {
    expect(await refusal(file("endless.csv", "a,".repeat(1 << 20)))).toMatchInlineSnapshot(
      `"'endless.csv', line 1: a header longer than 1048576 bytes"`,
    );
  });
});

describe("broken rows", () => {
  it("refuses a short row", async () => {
    expect(await refusal(file("short.csv", "a,b,c\n1,2,3\n4,5\n6,7,8\n"))).toMatchInlineSnapshot(`
      "'short.csv', line 3: expected 3 fields as in the header, got 2: 4,5
      Put a field that contains the separator in double quotes, and leave a missing value as an empty field. If lines stand above the header, say how many."
    `);
  });

  it("refuses a long row", async () => {
    expect(await refusal(file("long.csv", "a,b\n1,2\n\n3,4\n5,6,7\n"))).toMatchInlineSnapshot(`
      "'long.csv', line 5: expected 2 fields as in the header, got 3: 5,6,7
      Put a field that contains the separator in double quotes, and leave a missing value as an empty field. If lines stand above the header, say how many."
    `);
  });

  it("refuses a ragged row far below any sample", async () => {
    const path = file("deep.csv", `a,b\n${"1,2\n".repeat(70_000)}3\n`);
    expect(await refusal(path)).toContain("'deep.csv', line 70002: expected 2 fields as in the header, got 1: 3");
  });

  it("refuses a quote that is not closed", async () => {
    expect(await refusal(file("quote.csv", 'a,b\n1,2\n"3,4\n5,6\n'))).toMatchInlineSnapshot(`
      "'quote.csv', line 3: a double quote is not closed, or does not enclose its whole field: "3,4
      Inside a quoted field write a double quote twice: "5"" disk"."
    `);
  });

  it("refuses mixed line endings", async () => {
    expect(await refusal(file("endings.csv", "a,b\r\n1,2\n3,4\r\n"))).toMatchInlineSnapshot(`
      "'endings.csv': the lines do not all end alike (some in LF, some in CR LF)
      Save it with one kind of line ending."
    `);
  });

  it("refuses a line that is too long", async () => {
    expect(await refusal(file("line.csv", `a,b\n1,${"x".repeat(3e6)}\n`))).toMatchInlineSnapshot(`
      "'line.csv', line 2: the line is too long (over 2 MB): 1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      Look for a double quote that is not closed."
    `);
  });

  it("refuses bytes that are neither UTF-8 nor plainly Windows-1252", async () => {
    const russian = Buffer.from([0xcc, 0xee, 0xf1, 0xea, 0xe2, 0xe0]);
    const path = file("koi.csv", Buffer.concat([Buffer.from("name,n\nOslo,1\n"), russian, Buffer.from(",2\n")]));
    expect(await refusal(path)).toMatchInlineSnapshot(`
      "'koi.csv', line 3: the text is not valid UTF-8, nor plainly Windows-1252
      Save the file as UTF-8, or name its encoding (windows-1252, windows-1251, iso-8859-2, gbk, shift_jis, …)."
    `);
    const header = file("koi-header.csv", Buffer.concat([russian, Buffer.from(",n\n1,1\n")]));
    expect(await refusal(header)).toMatchInlineSnapshot(`
      "'koi-header.csv', line 1: the text is not valid UTF-8, nor plainly Windows-1252
      Save the file as UTF-8, or name its encoding (windows-1252, windows-1251, iso-8859-2, gbk, shift_jis, …)."
    `);
    const json = file("koi.jsonl", Buffer.concat([Buffer.from('{"a":"Oslo"}\n{"a":"'), russian, Buffer.from('"}\n')]));
    expect(await refusal(json)).toContain("'koi.jsonl', line 2: the text is not valid UTF-8, nor plainly Windows-1252");
    const damaged = file(
      "damaged.csv",
      Buffer.concat([Buffer.from("name,n\nMálaga,1\n"), Buffer.from("Málaga,2\n", "latin1")]),
    );
    expect(await refusal(damaged)).toContain("'damaged.csv', line 3: the text is not valid UTF-8");
  });
});

describe("numbers that are none", () => {
  it.each(["inf", "Infinity", "-inf", "1e999"])("refuses %s", async (literal) => {
    const path = file("inf.csv", `a,b\n1,2\n${literal},4\n`);
    const message = `'inf.csv', column 'a', row 2: expected a finite number, got '${literal}'\n`;
    expect(await refusal(path)).toMatch(new RegExp(`^${message}.*write NA`));
  });

  it("names the row far below", async () => {
    const path = file("deep-inf.csv", `a\n${"1\n".repeat(5000)}inf\n`);
    expect(await refusal(path)).toContain("column 'a', row 5001:");
  });

  it("refuses Infinity in JSON lines", async () => {
    expect(await refusal(file("inf.jsonl", '{"a":1}\n{"a":1e400}\n'))).toContain("column 'a', row 2:");
  });
});

describe("broken JSON", () => {
  it.each([
    ["an unclosed object", "x.jsonl", '{"a":1}\n{"a":2\n{"a":3}\n', "'x.jsonl', line 2: the JSON is broken"],
    ["a stray comma", "x.jsonl", '{"a":1,,}\n{"a":2}\n', "'x.jsonl', line 1: the JSON is broken: unexpected character"],
    ["an array cut off", "x.json", '[{"a":1},{"a":2]', "'x.json', row 2: the JSON is broken"],
    ["a number per line", "x.jsonl", "1\n2\n", "got a number"],
    ["an array of arrays", "x.json", "[[1,2],[3,4]]", "got an array"],
    ["a nested object", "x.jsonl", '{"a":{"b":1}}\n', "column 'a' holds objects or arrays"],
    ["an array in one row", "x.jsonl", '{"a":1}\n{"a":[1]}\n', "column 'a' holds objects or arrays"],
    ["a key given twice", "x.jsonl", '{"a":1,"a":2}\n', "more than one column is named 'a'"],
    ["keys that differ in case", "x.jsonl", '{"a":1,"A":2}\n', "the keys 'a' and 'A' differ in case only"],
    ["an empty key", "x.jsonl", '{"":1,"b":2}\n', "the header has no name for column 1 of 2"],
  ])("refuses %s", async (_, name, content, message) => {
    expect(await refusal(file(name, content))).toContain(message);
  });
});

describe("broken gzip", () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `${i},${Math.sin(i)}\n`).join("");
  const whole = gzipSync(`a,b\n${lines}`);

  it.each([100_000, 12, 4, 1])("refuses one that lacks its last %i bytes", async (count) => {
    const path = file("cut.csv.gz", whole.subarray(0, whole.length - count));
    expect(await refusal(path)).toMatch(/^cannot read 'cut.csv.gz': the gzip file is cut off/);
  });

  it("refuses one with damaged bytes", async () => {
    const damaged = Buffer.from(whole).fill(0x55, 200_000, 200_100);
    expect(await refusal(file("damaged.csv.gz", damaged))).toMatchInlineSnapshot(`
      "cannot read 'damaged.csv.gz': the gzip file is damaged
      Copy or download it again."
    `);
  });
});
