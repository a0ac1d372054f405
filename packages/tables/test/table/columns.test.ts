import { expect, test } from "vitest";
import { type ColumnRole, describeColumns } from "../../src/table/columns.ts";
import { rareBelow } from "../../src/table/rare.ts";
import { type Column, TargetError } from "../../src/table/table.ts";
import { column, dates, example, range, repeat, table, thrown } from "./tables.ts";

/** The role of one column, beside a target and a column of numbers to learn from. */
function roleOf(one: Column): Omit<ColumnRole, "name"> {
  const rows = one.values.length;
  const others = [
    column("y", range(rows)),
    column(
      "x",
      range(rows).map((i) => i / 7),
    ),
  ];
  const { name, ...role } = describeColumns(table(one, ...others), "y")[0];
  expect(name).toBe(one.name);
  return role;
}

test("numbers stay numbers, few or whole as they may be", () => {
  expect(roleOf(column("a", [1.5, 2.5, null, 1.5]))).toEqual({
    role: "number",
    why: "numbers: 2 different values, 1 missing",
  });
  expect(roleOf(column("doors", [2, 4, 4, 2, 2])).role).toBe("number");
});

test("what says nothing is set aside", () => {
  expect(roleOf(column("a", [null, null, null]))).toEqual({ role: "aside", why: "no values at all" });
  expect(roleOf(column("a", [7, 7, 7]))).toEqual({ role: "aside", why: "the same value in every row" });
  expect(roleOf(column("a", ["x", "x", "x"]))).toEqual({ role: "aside", why: "the same value in every row" });
  expect(roleOf(column("a", [7, null, 7])).role).toBe("number");
  expect(roleOf(column("a", ["x", null, "x"])).role).toBe("category");
});

test("whole numbers that all differ are identifiers when they count up or are named so", () => {
  expect(roleOf(column("a", range(5, 100)))).toEqual({ role: "aside", why: "an identifier: it counts the rows" });
  for (const name of ["id", "Customer ID", "user_id", "userId", "UUID"]) {
    expect(roleOf(column(name, [90, 12, 55, 31]))).toEqual({
      role: "aside",
      why: "an identifier: every value differs",
    });
  }
  for (const name of ["humid", "paid", "weight"]) expect(roleOf(column(name, [90, 12, 55, 31])).role).toBe("number");
  expect(roleOf(column("id", [90, 12, 55, 90])).role).toBe("number");
  expect(roleOf(column("id", [90, 12.5, 55, 31])).role).toBe("number");
  expect(roleOf(column("a", [1, 2, 3, 5])).role).toBe("number");
});

test("row numbers are learnt from when there is nothing else", () => {
  const [x] = describeColumns(table(column("x", range(6)), column("y", [3, 1, 4, 1, 5, 9])), "y");
  expect(x).toEqual({ name: "x", role: "number", why: "numbers: they count rows, but nothing else is left" });
  const [id] = describeColumns(table(column("id", range(6)), column("y", [3, 1, 4, 1, 5, 9])), "y");
  expect(id.role).toBe("aside");
});

test("text is a category when its values are few and repeat", () => {
  expect(roleOf(column("a", repeat({ red: 3, blue: 2 })))).toEqual({
    role: "category",
    why: "a category: 2 different values in 5 rows",
  });
  expect(roleOf(column("a", [...repeat({ red: 3, blue: 2 }), null])).why).toBe(
    "a category: 2 different values in 5 rows, 1 missing",
  );
  expect(roleOf(column("a", ["p", "q", "r", "s"]))).toEqual({
    role: "aside",
    why: "an identifier: every value differs",
  });
  expect(roleOf(column("a", ["p", "q", "r", "p"])).why).toBe("free text: 3 different values in 4 rows");
});

test("more than ten values must each fill five rows on average", () => {
  const cycle = (values: number, rows: number): string[] => range(rows).map((i) => `v${i % values}`);
  expect(roleOf(column("a", cycle(10, 20))).role).toBe("category");
  expect(roleOf(column("a", cycle(10, 19))).role).toBe("aside");
  expect(roleOf(column("a", cycle(11, 54))).role).toBe("aside");
  expect(roleOf(column("a", cycle(11, 55))).role).toBe("category");
});

test("text whose commonest value is still rare is free text", () => {
  const cycle = (values: number): string[] => range(2000).map((i) => `v${i % values}`);
  expect(roleOf(column("a", cycle(200))).role).toBe("category");
  expect(roleOf(column("a", cycle(201))).role).toBe("category");
  expect(roleOf(column("a", cycle(250))).why).toBe("free text: 250 different values in 2000 rows");
});

test("booleans are categories, even where every value differs", () => {
  expect(roleOf(column("a", [true, false])).role).toBe("category");
  expect(roleOf(column("a", [true, true])).why).toBe("the same value in every row");
});

test("dates become days unless they cannot be read", () => {
  expect(roleOf(dates("a", ["2024-01-31", null, "2024-02-01T10:00:00.000Z"]))).toEqual({
    role: "date",
    why: "dates, 1 missing",
  });
  expect(roleOf(dates("a", ["2024-01-31", "31/01/2024"]))).toEqual({
    role: "aside",
    why: "dates that cannot be read: column 'a', row 2: expected a date as YYYY-MM-DD, got '31/01/2024'",
  });
});

test("a target the table lacks is refused, with the nearest name or all of them", () => {
  const cars = table(column("weight", [1, 2]), column("origin", ["a", "b"]));
  const error = thrown(() => describeColumns(cars, "orign"));
  expect(error).toBeInstanceOf(TargetError);
  expect(error).toMatchObject({
    column: "orign",
    message: "the table has no column 'orign' to predict; did you mean 'origin'?",
  });
  expect(() => describeColumns(cars, "price")).toThrow("the columns are 'weight', 'origin'");
});

test("rare is below one in a hundred, at least 2, at most 10", () => {
  expect([1, 200, 201, 500, 1000, 100_000].map(rareBelow)).toEqual([2, 2, 3, 5, 10, 10]);
});

test("cars: the name is free text, the origin a category", () => {
  const roles = describeColumns(example("cars"), "miles_per_gallon");
  expect(roles.map(({ name, role }) => `${name}: ${role}`)).toEqual([
    "name: aside",
    "miles_per_gallon: target",
    "cylinders: number",
    "displacement: number",
    "horsepower: number",
    "weight_lbs: number",
    "acceleration: number",
    "year: number",
    "origin: category",
  ]);
  expect(roles[0].why).toBe("free text: 311 different values in 406 rows");
  expect(roles[4].why).toBe("numbers: 93 different values, 6 missing");
});

test("digits: the pixels that never change are set aside", () => {
  const aside = describeColumns(example("digits"), "digit").filter(({ role }) => role === "aside");
  expect(aside.map(({ name }) => name)).toEqual(["pixel_0_0", "pixel_4_0", "pixel_4_7"]);
});

test("iris, wine, breast cancer, diabetes: every column is a number to learn from", () => {
  const targets = { iris: "species", wine: "cultivar", breast_cancer: "diagnosis", diabetes: "progression" };
  for (const [name, target] of Object.entries(targets)) {
    const roles = describeColumns(example(name), target);
    expect(new Set(roles.filter((role) => role.name !== target).map(({ role }) => role))).toEqual(new Set(["number"]));
  }
});

test("what somebody says a column is, it is, whatever it looks like; the reader's word counts less than the caller's", () => {
  const text = { ...column("t", ["a b", "c d", "e f"]), declared: "text" } as Column;
  const data = table(text, column("n", [1, 2, 3]), column("y", [1, 2, 4]));
  const roles = (types: object): string[] => describeColumns(data, "y", types as never).map(({ role }) => role);
  expect(roles({})).toEqual(["text", "aside", "target"]);
  expect(roles({ t: "category", n: "category" })).toEqual(["category", "category", "target"]);
  expect(describeColumns(data, "y", { n: "number" })[1].why).toBe("numbers, as asked: 3 different values");
  expect(() => roles({ t: "words" })).toThrow("types.t 'words' is not known; it can be number, category, date, text");
  expect(() => roles({ tt: "text" })).toThrow("'tt'");
});
