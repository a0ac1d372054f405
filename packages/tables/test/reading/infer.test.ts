/** What columns of text become: types, values, and the words for what was guessed or spoilt. */
import type { Column } from "@chaingrad/tables";
import { describe, expect, it } from "vitest";
import { CellCollector } from "../../src/reading/cells.ts";
import { type InferOptions, inferColumns } from "../../src/reading/infer.ts";

function infer(columns: Record<string, readonly (string | null)[]>, options?: InferOptions) {
  const cells = Object.entries(columns).map(([name, values]) => {
    const collector = new CellCollector(name, values.length);
    for (const [row, value] of values.entries()) collector.set(row, value);
    return collector.cells();
  });
  return inferColumns(cells, options);
}

const one = (values: readonly (string | null)[], options?: InferOptions): Column =>
  infer({ x: values }, options).columns[0];
const numbers = ({ type, values }: Column): unknown => (type === "number" ? [...values] : type);

describe("the decimal sign", () => {
  it("is one for the file, and decides what a column alone does not", () => {
    const file = infer({
      turnover: ["2.149", "1.268", "736"],
      rate: ["0,593", "0,37", "1"],
      profit: ["127,36", "46,91", "44,57"],
    });
    expect(file.decimal).toBe(",");
    expect(file.columns.map(numbers)).toEqual([
      [2149, 1268, 736],
      [0.593, 0.37, 1],
      [127.36, 46.91, 44.57],
    ]);
    expect(file.notes).toEqual([
      "numbers are read with decimal commas, as '0,593' in 'rate'",
      "column 'turnover': '2.149' is read as 2149, as the other columns show; with decimal '.' it is 2.149",
    ]);
  });

  it("is a point where another column shows one, so that 1,234 has thousands", () => {
    const file = infer({ price: ["1,234", "124,500", "2,000"], rate: ["0.5", "1.25", "3"] });
    expect(file.columns.map(numbers)).toEqual([
      [1234, 124500, 2000],
      [0.5, 1.25, 3],
    ]);
    expect(file.notes[0]).toContain("'1,234' is read as 1234, as the other columns show; with decimal ',' it is 1.234");
  });

  it("needs no word where a number reads as the other columns show", () => {
    expect(infer({ x: ["1.234", "12.500"], rate: ["0.5", "1"] }).notes).toEqual([]);
    expect(infer({ x: ["1.234", "12.500"] }, { pointColumns: ["rate"] }).notes).toEqual([]);
    expect(infer({ x: ["1,234", "12,500"], rate: ["0,5", "1"] }).notes).toHaveLength(1);
  });

  it("is said to be a guess where nothing shows it", () => {
    const file = infer({ x: ["1.234", "736"] });
    expect(numbers(file.columns[0])).toEqual([1.234, 736]);
    expect(file.notes[0]).toContain("which nothing in the file decides");
    const semicolons = infer({ x: ["1.234", "736"] }, { likely: "," });
    expect(numbers(semicolons.columns[0])).toEqual([1234, 736]);
    expect(semicolons.notes[0]).toContain("with decimal '.' it is 1.234");
  });

  it("may differ in a column that shows its own, which is said", () => {
    const file = infer({ a: ["1,5", "2,5"], b: ["1,25", "7,5"], version: ["1.10", "1.20"] });
    expect(file.columns.map(numbers)).toEqual([
      [1.5, 2.5],
      [1.25, 7.5],
      [1.1, 1.2],
    ]);
    expect(file.notes).toContain(
      "column 'version' is read with a decimal point, unlike the rest of the file, as '1.10' shows",
    );
  });

  it("is told where the reader knew the columns with points itself", () => {
    const comma = infer({ a: ["1,5", "2,5"], b: ["1,25"], c: ["0,5"] }, { pointColumns: ["version"] });
    expect(comma.notes[1]).toBe("column 'version' is read with a decimal point, unlike the rest of the file");
    const point = infer({ price: ["1,234", "736"] }, { pointColumns: ["rate"] });
    expect(point.notes).toEqual([
      "column 'price': '1,234' is read as 1234, as the other columns show; with decimal ',' it is 1.234",
    ]);
  });

  it("is not told column by column in a wide table", () => {
    const columns = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`x${i}`, ["1.234", "736"]]));
    const { notes } = infer(columns);
    expect(notes).toHaveLength(6);
    expect(notes[5]).toBe("and 35 more columns likewise");
  });

  it("is the given one, without a word", () => {
    expect(numbers(one(["1.234", "736"], { decimal: "," }))).toEqual([1234, 736]);
    expect(infer({ x: ["1.234"] }, { decimal: "," }).notes).toEqual([]);
    expect(one(["1.5", "2"], { decimal: "," })).toMatchObject({
      type: "text",
      note: "no numbers with a decimal comma: '1.5' (row 1)",
    });
  });

  it("is never mixed in a column", () => {
    const column = one(["1,5", "2.5", "3"]);
    expect(column).toMatchObject({ type: "text", almost: "number" });
    expect(column.note).toBe("numbers with decimal points and with decimal commas: '2.5' (row 2) beside '1,5' (row 1)");
  });
});

describe("missing values", () => {
  it("are the usual marks where the rest is numbers, dates or booleans, and said", () => {
    const column = one(["1", "-", "2", "-", "NaN", ".", null, "NA", "", "n/a"]);
    expect(numbers(column)).toEqual([1, Number.NaN, 2, ...Array(7).fill(Number.NaN)]);
    expect(column.note).toBe("'-' (2×, first in row 2), 'NaN' (row 5), '.' (row 6) count as missing");
    expect(one(["2020-01-05", "--"])).toMatchObject({ type: "date", values: ["2020-01-05", null] });
    expect(numbers(one(["1", "\\N", "(null)", "#DIV/0!"]))).toEqual([1, Number.NaN, Number.NaN, Number.NaN]);
    expect(one(["TRUE", "-", "FALSE"])).toMatchObject({ type: "boolean", values: ["TRUE", null, "FALSE"] });
  });

  it("are not the marks among text", () => {
    expect(one(["naan", "nan", "-", "inf", "?"])).toMatchObject({
      type: "text",
      values: ["naan", "nan", "-", "inf", null],
    });
    // Where nothing else is there, they are words to categories, and missing to numbers.
    expect(one(["-", "--"])).toMatchObject({ type: "text", values: ["-", "--"], almost: "missing" });
  });
});

describe("what spoils a column is named", () => {
  it.each<[string, (string | null)[], string]>([
    ["a total", ["1", "2", "3", "Total"], "3 of 4 values are numbers; not 'Total' (row 4)"],
    ["a unit's row", ["[m]", "1.5", "2.5"], "2 of 3 values are numbers; not '[m]' (row 1)"],
    [
      "several",
      ["1", "n.k.", "2", "n.k.", "90+", "3", "4"],
      "4 of 7 values are numbers; not 'n.k.' (2×, first in row 2), '90+' (row 5)",
    ],
    ["groups of the wrong length", ["1,23,45", "1", "2"], "2 of 3 values are numbers; not '1,23,45' (row 1)"],
    [
      "a day that no calendar has",
      ["2024-02-30", "2024-02-28", "2024-03-01"],
      "2 of 3 values are dates; not '2024-02-30' (row 1)",
    ],
    [
      "a time that no clock has",
      ["2024-02-03 24:61", "2024-02-28", "2024-03-01"],
      "2 of 3 values are dates; not '2024-02-03 24:61' (row 1)",
    ],
    ["two currencies", ["$5", "$6", "€7"], "numbers of more than one kind: 2 in '$'; not '€7' (row 3)"],
    ["a number without its unit", ["5 kg", "6 kg", "7"], "numbers of more than one kind: 2 in 'kg'; not '7' (row 3)"],
  ])("%s", (_, values, note) => {
    const column = one(values);
    expect(column).toMatchObject({ type: "text", note, values });
  });

  it("but codes of digits and letters are not", () => {
    for (const codes of [
      ["1012 AB", "1013 AC", "1015 XY"],
      ["1a", "2b", "3c", "12"],
    ])
      expect(one(codes)).toEqual({ name: "x", type: "text", values: codes });
  });

  it("but text with some numbers in it is just text", () => {
    expect(one(["a", "b", "c", "1"])).toEqual({ name: "x", type: "text", values: ["a", "b", "c", "1"] });
  });

  it("an infinity among numbers is refused with its row", () => {
    expect(() => one(["1", "inf"])).toThrow("column 'x', row 2: expected a finite number, got 'inf'");
    expect(() => one(["1", "1e999"])).toThrow("row 2: expected a finite number, got '1e999'");
  });
});

describe("codes", () => {
  it.each([
    ["leading zeros", ["04109", "10115", "04109"]],
    ["more digits than a number can hold", ["1234567890123456001", "1234567890123456002", "7"]],
  ])("stay text: %s", (why, values) => {
    const column = one(values);
    expect(column).toMatchObject({ type: "text", values });
    expect(column.note).toContain(`digits kept as text, for ${why}: '${values[0]}'`);
  });
});

it("many digits beside fractions or exponents are amounts", () => {
  expect(numbers(one(["9507564550973556", "30.5", "1e16"]))).toEqual([9507564550973556, 30.5, 1e16]);
  expect(one(["9507564550973556", "007", "30.5"]).type).toBe("text");
});

describe("spellings", () => {
  it("are kept where JavaScript would print another", () => {
    const column = one(["1.0", "2.0", "1.0", "3", "-"]);
    expect(column.type === "number" && [...(column.written ?? [])]).toEqual([
      [1, "1.0"],
      [2, "2.0"],
    ]);
    expect(one(["1", "2", "-"])).not.toHaveProperty("written");
  });

  it("are the most frequent, and of two alike the first by character code, in whatever order they come", () => {
    for (const cells of [
      ["1.00", "1.0", " 1.0 ", "2.", "2.0"],
      ["2.0", "1.0", "2.", "1.00", "1.0"],
    ]) {
      const column = one(cells);
      expect(column.type === "number" && [...(column.written ?? [])].toSorted()).toEqual([
        [1, "1.0"],
        [2, "2."],
      ]);
    }
  });

  it("of booleans are the most frequent", () => {
    expect(one(["TRUE", "true", "TRUE", "False"])).toMatchObject({ values: ["TRUE", "TRUE", "TRUE", "False"] });
  });
});

describe("a minus that stands elsewhere", () => {
  it.each([
    ["(92.91)", "'(92.91)' is read as -92.91"],
    ["92.91-", "'92.91-' is read as -92.91"],
  ])("is said: %s", (text, note) => expect(one([text, "1.5"])).toMatchObject({ type: "number", note }));
});

describe("dates", () => {
  it("may be in the orders of Japan and of Germany", () => {
    expect(one(["31.12.2024", "1.2.2024"])).toMatchObject({ type: "date", values: ["2024-12-31", "2024-02-01"] });
    expect(one(["2024/12/31", "2024/2/1"])).toMatchObject({ type: "date", values: ["2024-12-31", "2024-02-01"] });
    expect(one(["31.12.2024 23:59", "-"]).values).toEqual(["2024-12-31T23:59:00.000Z", null]);
    expect(one(["2024-12/31", "12.31.2024", "31.12.24"]).type).toBe("text");
  });

  it.each([
    [["1/2/2024", "12/31/2024"]],
    [["31.12.24", "01.02.24"]],
    [["01-02-2024", "x", "03-02-2024"]],
    [["2-Jan-2024", "3-Feb-24"]],
    [["2024-01-02 10:00 PM"]],
  ])("in an order that only their writer knows are kept as text, which is said: %j", (values) => {
    const note = expect.stringContaining(`unless written as 2024-12-31 or 31.12.2024: '${values[0]}' (row 1)`);
    expect(one(values)).toMatchObject({ type: "text", values, note });
  });

  it("are not seen in versions, addresses and telephone numbers", () => {
    for (const cell of ["1.2.3", "2.10.12", "192.168.0.1", "10.0.12.7", "555-123-4567", "1/2"])
      expect(one([cell])).toEqual({ name: "x", type: "text", values: [cell] });
  });

  it("are days throughout, or points in time throughout", () => {
    expect(one(["2024-1-5", "2024-02-29"])).toMatchObject({ type: "date", values: ["2024-01-05", "2024-02-29"] });
    const times = ["2024-01-05", "2024-01-05 10:00", "2024-01-05T10:00:00.25+05:30", "2024-01-05T10:00:00Z"];
    expect(one(times).values).toEqual([
      ...[
        "2024-01-05T00:00:00.000Z",
        "2024-01-05T10:00:00.000Z",
        "2024-01-05T04:30:00.250Z",
        "2024-01-05T10:00:00.000Z",
      ],
    ]);
  });
});
