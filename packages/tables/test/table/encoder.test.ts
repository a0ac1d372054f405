import { expect, test } from "vitest";
import { type ColumnRole, describeColumns, type Role } from "../../src/table/columns.ts";
import { type Encoder, encode, fitEncoder } from "../../src/table/encoder.ts";
import { allRows, type Column, EncodingError, type Table } from "../../src/table/table.ts";
import { column, dates, example, range, repeat, table, thrown } from "./tables.ts";

const roles = (of: Readonly<Record<string, Role>>): ColumnRole[] =>
  Object.entries(of).map(([name, role]) => ({ name, role, why: "a test" }));

/** The encoder of one column by all its rows, or those given. */
function fitOne(one: Column, role: Role, rows: readonly number[] = range(one.values.length)): Encoder {
  return fitEncoder(table(one), rows, roles({ [one.name]: role }));
}

/** Rows of features. */
function matrix(encoder: Encoder, of: Table, rows?: readonly number[]): number[][] {
  const flat = encode(encoder, of, rows);
  const width = encoder.features.length;
  return range(flat.length / width).map((i) => [...flat.slice(i * width, (i + 1) * width)]);
}

test("numbers are standardised by the training rows alone", () => {
  const a = column("a", [1, 1000, 3, 5]);
  const encoder = fitOne(a, "number", [0, 2, 3]);
  // The mean of 1, 3, 5 is 3, their population variance 8/3.
  const scale = Math.sqrt(8 / 3);
  expect(encoder).toEqual({
    features: ["a"],
    columns: [{ kind: "number", name: "a", mean: 3, scale: expect.closeTo(scale, 14), missing: false }],
  });
  expect(matrix(encoder, table(column("a", [3 - scale, 3, 3 + 2 * scale]))).flat()).toEqual([
    expect.closeTo(-1, 14),
    0,
    expect.closeTo(2, 14),
  ]);
});

test("a constant has scale 1, exactly", () => {
  const encoder = fitOne(column("a", [0.1, 0.1, 0.1, 7]), "number", [0, 1, 2]);
  expect(encoder.columns[0]).toMatchObject({ mean: 0.1, scale: 1 });
  expect(matrix(encoder, table(column("a", [0.1, 1.1])))).toEqual([[0], [1]]);
});

test("standardised values stay within ten, and numbers of any size do not overflow", () => {
  expect(matrix(fitOne(column("a", [-1, 1]), "number"), table(column("a", [9.5, 11, -1e300, Infinity])))).toEqual([
    [9.5],
    [10],
    [-10],
    [10],
  ]);
  for (const size of [1e-300, 1e300]) {
    const extreme = column("a", [-size, 1.5 * size, 0.5 * size]);
    const found = matrix(fitOne(extreme, "number"), table(extreme)).flat();
    const expected = matrix(fitOne(column("a", [-1, 1.5, 0.5]), "number"), table(column("a", [-1, 1.5, 0.5]))).flat();
    expect(found).toEqual(expected.map((value) => expect.closeTo(value, 12)));
  }
  const least = column("a", [0, Number.MIN_VALUE]);
  expect(matrix(fitOne(least, "number"), table(least)).flat().every(Number.isFinite)).toBe(true);
  expect(fitOne(column("a", [1, 3, Infinity]), "number").columns[0]).toMatchObject({ mean: 2, scale: 1 });
  const offset = fitOne(column("a", [1e9 + 1, 1e9 + 3]), "number").columns[0];
  expect(offset).toMatchObject({ mean: expect.closeTo(1e9 + 2, 5), scale: expect.closeTo(1, 5) });
});

test("a missing number is the mean, and says so if the training rows knew missing ones", () => {
  const a = column("a", [1, 3, null]);
  const knowing = fitOne(a, "number");
  expect(knowing.features).toEqual(["a", "a (missing)"]);
  expect(matrix(knowing, table(a))).toEqual([
    [-1, 0],
    [1, 0],
    [0, 1],
  ]);
  const unknowing = fitOne(a, "number", [0, 1]);
  expect(unknowing.features).toEqual(["a"]);
  expect(matrix(unknowing, table(a), [0, 2, 2, 1])).toEqual([[-1], [0], [0], [1]]);
});

test("a column whose training rows are all missing encodes as such", () => {
  const encoder = fitOne(column("a", [null, null, 5]), "number", [0, 1]);
  expect(encoder.columns[0]).toMatchObject({ mean: 0, scale: 1, missing: true });
});

test("categories are sorted by frequency, then name", () => {
  const encoder = fitOne(column("a", repeat({ y: 2, z: 3, x: 2 })), "category");
  expect(encoder.features).toEqual(["a=z", "a=x", "a=y"]);
  expect(matrix(encoder, table(column("a", ["x", "y", "z"])))).toEqual([
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ]);
});

test("rare categories share one feature, which unseen ones fall into", () => {
  const encoder = fitOne(column("a", repeat({ x: 3, y: 2, p: 1, q: 1 })), "category");
  expect(encoder).toEqual({
    features: ["a=x", "a=y", "a (other)"],
    columns: [{ kind: "category", name: "a", categories: ["x", "y"], other: true, missing: false }],
  });
  expect(matrix(encoder, table(column("a", ["q", "never seen", "x", null])))).toEqual([
    [0, 0, 1],
    [0, 0, 1],
    [1, 0, 0],
    [0, 0, 0],
  ]);
});

test("an unseen category is all zeros where there is no other", () => {
  const encoder = fitOne(column("a", repeat({ x: 3, y: 2 })), "category");
  expect(matrix(encoder, table(column("a", ["never seen", "y"])))).toEqual([
    [0, 0],
    [0, 1],
  ]);
});

test("rare depends on the number of training rows", () => {
  const values = repeat({ x: 496, y: 5, z: 4 });
  expect(fitOne(column("a", values), "category").features).toEqual(["a=x", "a (other)"]);
  expect(fitOne(column("a", values.slice(5)), "category").features).toEqual(["a=x", "a=y", "a (other)"]);
});

test("at most a hundred categories of one column", () => {
  const values = range(1020).map((i) => `v${String(i % 102).padStart(3, "0")}`);
  const { features } = fitOne(column("a", values), "category");
  expect(features).toHaveLength(101);
  expect(features.slice(-2)).toEqual(["a=v099", "a (other)"]);
});

test("a missing category has its own feature if the training rows knew it", () => {
  const a = column("a", ["x", "x", "y", null]);
  const knowing = fitOne(a, "category");
  expect(knowing.features).toEqual(["a=x", "a (other)", "a (missing)"]);
  expect(matrix(knowing, table(a), [3, 2])).toEqual([
    [0, 0, 1],
    [0, 1, 0],
  ]);
});

test("booleans and numbers may be categories, by their text", () => {
  const flags = fitOne(column("a", [true, true, false, true, false]), "category");
  expect(flags.features).toEqual(["a=true", "a=false"]);
  expect(matrix(flags, table(column("a", ["false", "true"])))).toEqual([
    [0, 1],
    [1, 0],
  ]);
  const codes = fitOne(column("a", [4, 4, 8, 8, 8]), "category");
  expect(codes.features).toEqual(["a=8", "a=4"]);
  expect(matrix(codes, table(column("a", ["4"])))).toEqual([[0, 1]]);
});

test("dates are days", () => {
  const encoder = fitOne(dates("a", ["1970-01-02", "1970-01-04", null]), "date");
  expect(encoder.columns).toEqual([{ kind: "date", name: "a", mean: 2, scale: 1, missing: true }]);
  const others = ["1970-01-03T12:00:00.000Z", "1970-01-03 12:00", "1970-01-03T12:00:00+03:00", "1969-12-31"];
  expect(matrix(encoder, table(dates("a", others)))).toEqual([
    [0.5, 0],
    [0.5, 0],
    [0.375, 0],
    [-3, 0],
  ]);
});

test("the columns of a table, in order, without target and those set aside; other rows and columns do not matter", () => {
  const data = table(
    column("x", [1, 3, 5]),
    column("c", ["p", "p", "q"]),
    column("y", [0, 1, 0]),
    column("t", ["", "", ""]),
  );
  const encoder = fitEncoder(data, [0, 1], roles({ x: "number", c: "category", y: "target", t: "aside" }));
  expect(encoder.features).toEqual(["x", "c=p"]);
  const shuffled = table(column("extra", ["?", "?"]), column("c", ["q", "p"]), column("x", [2, 4]));
  expect(matrix(encoder, shuffled)).toEqual([
    [0, 0],
    [2, 1],
  ]);
  expect(matrix(encoder, data, [2, 0])).toEqual([
    [3, 0],
    [-1, 1],
  ]);
});

test("an encoder survives JSON", () => {
  const cars = example("cars");
  const encoder = fitEncoder(cars, range(300), describeColumns(cars, "miles_per_gallon"));
  const saved = JSON.parse(JSON.stringify(encoder)) as Encoder;
  expect(saved).toEqual(encoder);
  expect(encode(saved, cars)).toEqual(encode(encoder, cars));
});

test("a missing column is named, with a near one the model does not already use", () => {
  const encoder = fitEncoder(
    table(column("mean_x", [1, 2]), column("mean_y", [1, 2])),
    [0, 1],
    roles({ mean_x: "number", mean_y: "number" }),
  );
  const error = thrown(() => encode(encoder, table(column("mean_x", [1]), column("meany", [1]))));
  expect(error).toBeInstanceOf(EncodingError);
  expect(error).toMatchObject({
    column: "mean_y",
    message: "the table has no column 'mean_y', which the model was trained with; did you mean 'meany'?",
  });
  expect(thrown(() => encode(encoder, table(column("mean_x", [1]))))).toMatchObject({
    message: "the table has no column 'mean_y', which the model was trained with",
  });
});

test("text that spells numbers is read as such; other text is refused by row and value", () => {
  const encoder = fitOne(column("a", [-1, 1]), "number");
  expect(matrix(encoder, table(column("a", ["3", " -2.5 ", null])))).toEqual([[3], [-2.5], [0]]);
  const error = thrown(() => encode(encoder, table(column("a", ["3", "n/a"]))));
  expect(error).toBeInstanceOf(EncodingError);
  expect(error).toMatchObject({ column: "a", row: 1, message: "column 'a', row 2: expected a number, got 'n/a'" });
  for (const wrong of [column("a", [""]), column("a", [true]), dates("a", ["2024-01-31"])]) {
    expect(() => encode(encoder, table(wrong))).toThrow("expected a number, got");
  }
});

test("marks alone, as a reader found them, are missing where numbers or dates are due, and words elsewhere", () => {
  const marks = (values: (string | null)[]): Table =>
    table({ name: "a", type: "text", values, almost: "missing" } as Column);
  expect(matrix(fitOne(column("a", [-1, 1, null]), "number"), marks(["-", null]))).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(matrix(fitOne(dates("a", ["1970-01-02", "1970-01-04"]), "date"), marks(["--"]))).toEqual([[0]]);
  expect(matrix(fitOne(column("a", repeat({ "-": 5, x: 5 })), "category"), marks(["-"]))).toEqual([[1, 0]]);
});

test("numbers where dates are due are refused", () => {
  const encoder = fitOne(dates("a", ["1970-01-02", "1970-01-04"]), "date");
  expect(() => encode(encoder, table(column("a", [2024])))).toThrow("expected a date as YYYY-MM-DD, got '2024'");
});

test("nothing to learn from is refused with the reasons", () => {
  const data = table(column("y", [1, 2, 4]), column("id", [1, 2, 3]), column("c", ["a", "a", "a"]));
  expect(() => fitEncoder(data, [0, 1, 2], describeColumns(data, "y"))).toThrow(
    "no column is left to learn from: 'id' (an identifier: every value differs); 'c' (the same value in every row)",
  );
  const wide = table(column("y", [1, 2]), ...Array.from({ length: 40 }, (_, i) => column(`c${i}`, ["a", "b"])));
  expect(() => fitEncoder(wide, [0, 1], describeColumns(wide, "y"))).toThrow(
    /no column is left .* 'c9' \(an identifier: every value differs\); 30 more$/,
  );
  const bare = table(column("y", [1, 2]));
  expect(() => fitEncoder(bare, [0, 1], describeColumns(bare, "y"))).toThrow("the table has only its target");
  expect(() => fitOne(column("a", [1, 2]), "number", [])).toThrow("there are no rows to learn from");
});

test("cars: six columns of numbers, one with gaps, and three origins", () => {
  const cars = example("cars");
  const encoder = fitEncoder(cars, allRows(cars), describeColumns(cars, "miles_per_gallon"));
  expect(encoder.features).toEqual([
    "cylinders",
    "displacement",
    "horsepower",
    "horsepower (missing)",
    "weight_lbs",
    "acceleration",
    "year",
    "origin=USA",
    "origin=Japan",
    "origin=Europe",
  ]);
  const rows = matrix(encoder, cars);
  const sums = encoder.features.map((_, f) => rows.reduce((sum, row) => sum + row[f], 0));
  const zero = expect.closeTo(0, 9);
  expect(sums).toEqual([zero, zero, zero, 6, zero, zero, zero, 254, 79, 73]);
  for (const f of [0, 1, 4, 5, 6]) expect(rows.reduce((sum, row) => sum + row[f] ** 2, 0) / 406).toBeCloseTo(1, 12);
});

test("digits: a pixel that is almost always blank does not drown the others", () => {
  const digits = example("digits");
  const features = encode(fitEncoder(digits, allRows(digits), describeColumns(digits, "digit")), digits);
  expect(features).toHaveLength(1797 * 61);
  expect(features.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBe(10);
});
