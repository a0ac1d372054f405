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
    [
      "a total",
      ["1", "2", "3", "Total"],
      "3 of 4 values are numbers; not 'Total' (row 4, to be deleted if it holds totals)",
    ],
    [
      "a unit's row",
      ["[m]", "1.5", "2.5"],
      "2 of 3 values are numbers; not '[m]' (row 1, to be deleted if it holds units)",
    ],
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

  it.each<[string, string[], string[], string]>([
    [
      "the month first",
      ["1/2/2024", "12/31/2024"],
      ["2024-01-02", "2024-12-31"],
      "dates are read with the month first, as '12/31/2024' shows",
    ],
    [
      "the day first",
      ["1-2-2024", "13-02-2024"],
      ["2024-02-01", "2024-02-13"],
      "dates are read with the day first, as '13-02-2024' shows",
    ],
    [
      "years of two digits",
      ["31.12.24", "01.02.70"],
      ["2024-12-31", "1970-02-01"],
      "years of two digits are 1970 to 2069: '31.12.24' is 2024-12-31",
    ],
    [
      "years of two digits, the month first",
      ["1/2/24", "12/31/99"],
      ["2024-01-02", "1999-12-31"],
      "dates are read with the month first, as '12/31/99' shows; years of two digits are 1970 to 2069: '1/2/24' is 2024-01-02",
    ],
    [
      "Excel's names of months",
      ["2-Jan-2024", "3-Feb-24"],
      ["2024-01-02", "2024-02-03"],
      "years of two digits are 1970 to 2069: '3-Feb-24' is 2024-02-03",
    ],
    [
      "times that name no zone beside those that do",
      ["2024-01-02T10:00:00+02:00", "2024-01-02 10:00"],
      ["2024-01-02T08:00:00.000Z", "2024-01-02T10:00:00.000Z"],
      "times that name no zone are taken for UTC: '2024-01-02 10:00' (row 2)",
    ],
  ])("of an order that the column shows are read in it, which is said: %s", (_, cells, values, note) => {
    expect(one(cells)).toMatchObject({ type: "date", values, note });
  });

  it.each([
    [
      "January 2, 2024",
      "2 January 2024",
      "2. Januar 2024",
      "2 janv. 2024",
      "2 de enero de 2024",
      "2Jan2024",
      "Jan 2nd, 2024",
    ],
    ["Tue, 2 Jan 2024", "Tuesday, January 2, 2024", "2024-Jan-02", "2 März 2024".replace("März", "jan"), "2 JAN 2024"],
    ["2024.01.02", "2024/1/2", "02.01.2024", "2024-01-02"],
  ])("are read by the names of months, and in ISO's order: %s", (...cells) => {
    expect(one(cells)).toEqual({ name: "x", type: "date", values: cells.map(() => "2024-01-02") });
  });

  it("may name months alone", () => {
    expect(one(["2024-01", "2024-12"])).toMatchObject({ type: "date", values: ["2024-01-01", "2024-12-01"] });
    expect(one(["März 2024", "août 2024"])).toMatchObject({ type: "date", values: ["2024-03-01", "2024-08-01"] });
  });

  it("may have a clock of twelve hours", () => {
    const cells = ["1/13/2024 12:05 AM", "1/13/2024, 12:05:06 PM", "1/13/2024 2:30 p.m."];
    const values = ["2024-01-13T00:05:00.000Z", "2024-01-13T12:05:06.000Z", "2024-01-13T14:30:00.000Z"];
    expect(one(cells).values).toEqual(values);
    expect(one(["2024-01-02 13:00 PM", "2024-01-02 10:00 PM"])).toMatchObject({ type: "text", almost: "date" });
  });

  it("follow the other columns, or the table that was trained on, where they do not show their order", () => {
    const file = infer({ a: ["3/4/2024"], b: ["13/4/2024"] });
    expect(file.dates).toBe("day-first");
    expect(file.columns[0]).toMatchObject({
      type: "date",
      values: ["2024-04-03"],
      note: "dates are read with the day first, as the other columns show",
    });
    expect(one(["3/4/2024"], { remembered: { dates: "month-first" } })).toMatchObject({
      values: ["2024-03-04"],
      note: "dates are read with the month first, as in training",
    });
    expect(one(["3/4/2024"], { dates: "day-first" })).toEqual({ name: "x", type: "date", values: ["2024-04-03"] });
  });

  it("keep the one zone that all points in time are written in", () => {
    expect(one(["2024-03-01T10:00:00+05:30", "1 Mar 2024 11:00 +0530", "-"])).toMatchObject({
      values: ["2024-03-01T04:30:00.000Z", "2024-03-01T05:30:00.000Z", null],
      offset: 330,
    });
    expect(one(["2024-03-01T10:00:00+05:30", "2024-03-01T10:00:00Z"])).not.toHaveProperty("offset");
    expect(one(["2024-03-01T10:00:00"])).not.toHaveProperty("offset");
  });

  it("are never guessed", () => {
    expect(one(["3/4/2024", "-"])).toMatchObject({
      type: "text",
      almost: "date",
      note: "dates are kept as text, for nothing shows whether the day or the month comes first: '3/4/2024' (row 1)",
    });
    expect(one(["13/4/2024", "3/4/2024", "4/13/2024"])).toMatchObject({
      type: "text",
      note: "dates in two orders: the day comes first in '13/4/2024' (row 1), the month in '4/13/2024' (row 3)",
    });
    expect(one(["13/4/2024", "3/4/2024"], { dates: "month-first" })).toMatchObject({
      type: "text",
      note: "no dates with the month first: '13/4/2024' (row 1)",
    });
  });

  it("of which one is on no calendar are text that names it", () => {
    const column = one(["30/02/2024", "13/04/2024", "14/04/2024"]);
    expect(column).toMatchObject({ type: "text", note: "2 of 3 values are dates; not '30/02/2024' (row 1)" });
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

describe("times of day", () => {
  it("are hours, which is said", () => {
    const column = one(["14:30", "2:15 PM", "00:00:36"]);
    expect(numbers(column)).toEqual([14.5, 14.25, 0.01]);
    expect(column.note).toBe("times of day in hours: '14:30' is 14.5");
  });

  it("that no clock shows keep the column from it", () => {
    const note = "2 of 3 values are numbers; not '24:61' (row 2)";
    expect(one(["14:30", "24:61", "10:00"])).toMatchObject({ type: "text", note });
    expect(one(["14:30", "3", "10:00"]).note).toBe("numbers of more than one kind: 2 as times of day; not '3' (row 2)");
  });
});

describe("groups of two digits, as in India", () => {
  it("are said", () => {
    const column = one(["1,23,456", "99,000", "1,00,00,000.50"]);
    expect(numbers(column)).toEqual([123456, 99000, 10000000.5]);
    expect(column.note).toBe("'1,23,456' (row 1) is read as 123456, with groups of two digits as in India");
  });

  it.each(["1,234,567", "124,500", "124,500.5"])("are a slip beside groups of three: %s", (western) => {
    expect(one(["1,23,456", western, "99,000"])).toMatchObject({
      type: "text",
      note: `groups of two digits, as in India, beside groups of three: '1,23,456' (row 1), '${western}' (row 2)`,
    });
  });
});

describe("a declared type", () => {
  it("counts, whatever the cells look like", () => {
    expect(one(["75001", "10", null, "-"], { types: { x: "category" } })).toEqual({
      name: "x",
      type: "text",
      values: ["75001", "10", null, "-"],
      declared: "category",
    });
    expect(one(["a b", "NA"], { types: { x: "text" } })).toMatchObject({ values: ["a b", null], declared: "text" });
    expect(one(["007", "1234567890123456789", "-"], { types: { x: "number" } })).toMatchObject({
      type: "number",
      values: Float64Array.of(7, Number("1234567890123456789"), Number.NaN),
      declared: "number",
    });
    expect(one(["20240131", "2024-02-01"], { types: { x: "date" } })).toMatchObject({
      type: "date",
      values: ["2024-01-31", "2024-02-01"],
      declared: "date",
    });
    expect(one(["", null], { types: { x: "number" } })).toMatchObject({ type: "number", declared: "number" });
    expect(one(["5"], { types: JSON.parse('{ "constructor": "category" }') })).toMatchObject({ type: "number" });
  });

  it.each<[string, string[], InferOptions, string]>([
    [
      "words",
      ["1", "x", "y"],
      { types: { x: "number" } },
      "row 2: expected a number, as the column was declared, got 'x'",
    ],
    [
      "two units",
      ["1 kg", "2 kg", "3 g"],
      { types: { x: "number" } },
      "row 3: expected a number like the others, got '3 g'",
    ],
    ["two signs", ["1,5", "2.5"], { types: { x: "number" } }, "row 2: expected a number like the others, got '2.5'"],
    [
      "two orders",
      ["13/4/2024", "4/13/2024"],
      { types: { x: "date" } },
      "row 2: expected a date like the others, got '4/13/2024'",
    ],
    [
      "no order",
      ["3/4/2024"],
      { types: { x: "date" } },
      "row 1: expected a date like the others, got '3/4/2024'; dates are kept",
    ],
    [
      "no day",
      ["2024-02-01", "2024-02-30"],
      { types: { x: "date" } },
      "row 2: expected a date, as the column was declared, got '2024-02-30'",
    ],
  ])("refuses what is not so: %s", (_, cells, options, message) => {
    expect(() => one(cells, options)).toThrow(`column 'x', ${message}`);
  });

  it("is remembered", () => {
    expect(one(["007"], { remembered: { types: { x: "number" } } })).toMatchObject({ values: Float64Array.of(7) });
    const both: InferOptions = { types: { x: "category" }, remembered: { types: { x: "number" } } };
    expect(one(["007"], both)).toMatchObject({ values: ["007"] });
  });
});

it("a decimal sign is remembered where nothing shows it", () => {
  const file = infer({ x: ["1.234", "736"] }, { remembered: { decimal: "," }, likely: "." });
  expect(numbers(file.columns[0])).toEqual([1234, 736]);
  expect(file.notes).toEqual(["column 'x': '1.234' is read as 1234, as in training; with decimal '.' it is 1.234"]);
});

it("what is missing among words is said", () => {
  expect(one(["GB", "NA", "?", "NA"])).toMatchObject({
    values: ["GB", null, null, null],
    note: "'NA' (2×, first in row 2), '?' (row 3) count as missing",
  });
});
