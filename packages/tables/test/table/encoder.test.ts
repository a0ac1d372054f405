import { expect, test } from "vitest";
import { type ColumnRole, describeColumns, type Role } from "../../src/table/columns.ts";
import { type Encoder, type EncoderOptions, encode, fitEncoder } from "../../src/table/encoder.ts";
import type { NumberEncoding } from "../../src/table/encodings/number.ts";
import { unscaled, zOf } from "../../src/table/encodings/scale.ts";
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

/** z/√(1 + (z/3)²). */
const clip = (z: number): number => z / Math.sqrt(1 + (z / 3) ** 2);
const near = (value: number, digits = 14): unknown => expect.closeTo(value, digits);

test("numbers are in robust units of the training rows alone, smoothly clipped", () => {
  const a = column("a", [1, 1000, 3, 5]);
  const encoder = fitOne(a, "number", [0, 2, 3]);
  // The median of 1, 3, 5 is 3; half of them lie between 2 and 4.
  expect(encoder).toEqual({
    ...{ features: ["a"], numbers: 1, embedded: [] },
    columns: [{ kind: "number", name: "a", centre: 3, scale: 2, missing: false }],
  });
  expect(matrix(encoder, table(column("a", [1, 3, 7, 1000]))).flat()).toEqual([
    ...[near(clip(-1)), 0, near(clip(2)), near(clip(498.5))],
  ]);
});

test("where half hold one value the scale is half of the range, and a constant has scale 1, exactly", () => {
  expect(fitOne(column("a", [0, 0, 0, 0, 10]), "number").columns[0]).toMatchObject({ centre: 0, scale: 5 });
  const constant = fitOne(column("a", [0.1, 0.1, 0.1, 7]), "number", [0, 1, 2]);
  expect(constant.columns[0]).toMatchObject({ centre: 0.1, scale: 1 });
  expect(matrix(constant, table(column("a", [0.1, 1.1])))).toEqual([[0], [clip(1)]]);
});

test("nothing is beyond 3, and numbers of any size neither overflow nor vanish", () => {
  expect(matrix(fitOne(column("a", [-1, 1]), "number"), table(column("a", [-1e300, Infinity, 0])))).toEqual([
    [-3],
    [3],
    [0],
  ]);
  for (const size of [1e-300, 1e300]) {
    const extreme = column("a", [-size, 1.5 * size, 0.5 * size]);
    const found = matrix(fitOne(extreme, "number"), table(extreme)).flat();
    const expected = matrix(fitOne(column("a", [-1, 1.5, 0.5]), "number"), table(column("a", [-1, 1.5, 0.5]))).flat();
    expect(found).toEqual(expected.map((value) => near(value, 12)));
  }
  const least = column("a", [0, Number.MIN_VALUE]);
  expect(matrix(fitOne(least, "number"), table(least)).flat().every(Number.isFinite)).toBe(true);
  expect(fitOne(column("a", [1, 3, Infinity]), "number").columns[0]).toMatchObject({ centre: 2, scale: 1 });
  const whole = column("a", [-Number.MAX_VALUE, Number.MAX_VALUE]);
  expect(matrix(fitOne(whole, "number"), table(whole)).flat().every(Number.isFinite)).toBe(true);
});

test("rows count by their weights: as if a row stood there as often", () => {
  const values = [5, 1, 9, 3, 4, 4.5, 8];
  const weights = [1, 4, 2, 1, 3, 1, 2];
  const fit = (of: readonly number[], own?: readonly number[]): unknown =>
    fitEncoder(table(column("a", of)), range(of.length), roles({ a: "number" }), { weights: own }).columns[0];
  expect(
    fit(
      values,
      values.map(() => 0.5),
    ),
  ).toEqual(fit(values));
  expect(fit([...values, 1e9], [...values.map(() => 1), 0])).toEqual(fit(values));
  const often = values.flatMap((value, i) => new Array<number>(weights[i]).fill(value));
  // With neighbours between which quantiles are linear the two agree where many rows stand on a value.
  expect(fit(values, weights)).toMatchObject({ centre: near((fit(often) as { centre: number }).centre, 0) });
});

test("tails much heavier than an exponential's become logarithms, and light ones do not", () => {
  const normal = Array.from({ length: 500 }, (_, i) => probit((i + 0.5) / 500));
  const kind = (values: readonly number[]): unknown =>
    (fitOne(column("a", values), "number").columns[0] as NumberEncoding).log;
  for (const light of [normal, normal.map((x) => Math.exp(x / 3)), range(500), normal.map((x) => x ** 2)])
    expect(kind(light)).toBeUndefined();
  expect(kind(normal.map((x) => Math.exp(3 * x)))).toMatchObject({ origin: 0, decades: 6 });
  expect(kind(normal.map((x) => -Math.exp(3 * x)))).toMatchObject({ origin: 0, decades: 6 });
  // Both signs: from the median, linear in the middle.
  expect(kind(normal.map((x) => x ** 7))).toMatchObject({ origin: near(0, 6) });
  // Mostly zeros: those that are not decide.
  const sums = normal.map((x, i) => (i % 10 < 7 ? 0 : Math.exp(3 * x)));
  expect(kind(sums)).toMatchObject({ origin: 0 });
  // One among fifty that is a billion times too large is no tail.
  expect(kind([...normal.slice(225, 275), 1e9])).toBeUndefined();
});

test("logarithms are linear in the logarithm over all decades, defined for any number, and can be undone", () => {
  const values = range(300).map((i) => 10 ** (i / 50 - 2));
  const encoder = fitOne(column("a", values), "number");
  const one = encoder.columns[0] as NumberEncoding;
  expect(one.log).toMatchObject({ origin: 0, decades: 6 });
  const z = (value: number): number => (Math.asinh(value / (one.log?.unit ?? 0)) - one.centre) / one.scale;
  expect(matrix(encoder, table(column("a", [0.5, 3e7]))).flat()).toEqual([near(clip(z(0.5))), near(clip(z(3e7)))]);
  const others = matrix(encoder, table(column("a", [-1e300, -1, 0, 1e300]))).flat();
  expect(others).toEqual(others.toSorted((a, b) => a - b));
  expect(others.every((x) => Math.abs(x) <= 3)).toBe(true);
  for (const value of [-12, 0, 1e-3, 5, 4e5]) expect(unscaled(one, zOf(one, value))).toBeCloseTo(value, 6);
});

test("a missing number is the centre, and says so if the training rows knew missing ones", () => {
  const a = column("a", [1, 3, null]);
  const knowing = fitOne(a, "number");
  expect(knowing.features).toEqual(["a", "a (missing)"]);
  expect(matrix(knowing, table(a))).toEqual([
    [clip(-1), 0],
    [clip(1), 0],
    [0, 1],
  ]);
  const unknowing = fitOne(a, "number", [0, 1]);
  expect(unknowing.features).toEqual(["a"]);
  expect(matrix(unknowing, table(a), [0, 2, 2, 1])).toEqual([[clip(-1)], [0], [0], [clip(1)]]);
});

test("a column whose training rows are all missing encodes as such", () => {
  const encoder = fitOne(column("a", [null, null, 5]), "number", [0, 1]);
  expect(encoder.columns[0]).toMatchObject({ centre: 0, scale: 1, missing: true });
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
    ...{ features: ["a=x", "a=y", "a (other)"], numbers: 0, embedded: [] },
    columns: [{ kind: "category", name: "a", categories: ["x", "y"], other: true, missing: false }],
  });
  expect(matrix(encoder, table(column("a", ["q", "never seen", "x", null])))).toEqual([
    [0, 0, 1],
    [0, 0, 1],
    [1, 0, 0],
    [0, 0, 0],
  ]);
});

test("two categories are −1 and 1 in the order of the alphabet; none, and one never seen, are 0", () => {
  const encoder = fitOne(column("a", [...repeat({ x: 3, y: 2 }), null]), "category");
  expect(encoder).toEqual({
    ...{ features: ["a=y"], numbers: 0, embedded: [] },
    columns: [{ kind: "binary", name: "a", categories: ["x", "y"] }],
  });
  expect(matrix(encoder, table(column("a", ["never seen", "y", "x", null])))).toEqual([[0], [1], [-1], [0]]);
});

test("an unseen category is all zeros where there is no other", () => {
  const encoder = fitOne(column("a", repeat({ x: 3, y: 2, z: 2 })), "category");
  expect(matrix(encoder, table(column("a", ["never seen", "y"])))).toEqual([
    [0, 0, 0],
    [0, 1, 0],
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
  expect(flags.features).toEqual(["a=true"]);
  expect(matrix(flags, table(column("a", ["FALSE", "true"])))).toEqual([[-1], [1]]);
  const codes = fitOne(column("a", [4, 4, 8, 8, 8, 9, 9]), "category");
  expect(codes.features).toEqual(["a=8", "a=4", "a=9"]);
  expect(matrix(codes, table(column("a", ["4", "8.0"])))).toEqual([
    [0, 1, 0],
    [1, 0, 0],
  ]);
});

test("many categories become the number of a row where an embedding is wanted, with rows for others and for none", () => {
  const fit = (many: number, embed?: EncoderOptions["embed"]): Encoder => {
    const values = [...range(10 * many).map((i) => `v${10 + (i % many)}`), "once", null];
    const rows = range(values.length);
    const data = table(column("n", rows), column("a", values));
    return fitEncoder(data, rows, roles({ a: "category", n: "number" }), { embed });
  };
  for (const plain of [fit(21), fit(21, false), fit(21, 21), fit(20, true), fit(21, [])]) {
    expect(plain.embedded).toEqual([]);
    expect(plain.features.length).toBeGreaterThan(22);
  }
  for (const embedding of [fit(21, true), fit(21, 20), fit(21, ["a"])]) {
    expect(embedding.features).toEqual(["n", "a"]);
    expect(embedding).toMatchObject({ numbers: 1, embedded: [{ feature: 1, size: 23 }] });
    const own = table(column("n", range(4)), column("a", ["v10", "v30", "never seen", null]));
    expect(matrix(embedding, own).map((row) => row[1])).toEqual([0, 20, 21, 22]);
  }
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
    [clip(2), 1],
  ]);
  expect(matrix(encoder, data, [2, 0])).toEqual([
    [clip(3), 0],
    [clip(-1), 1],
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
  expect(matrix(encoder, table(column("a", ["3", " -2.5 ", null])))).toEqual([[clip(3)], [clip(-2.5)], [0]]);
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
  expect(matrix(fitOne(column("a", repeat({ "-": 5, x: 5 })), "category"), marks(["-"]))).toEqual([[-1]]);
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
    "weight_lbs",
    "acceleration",
    "year",
    "horsepower (missing)",
    "origin=USA",
    "origin=Japan",
    "origin=Europe",
  ]);
  expect(encoder.numbers).toBe(6);
  const rows = matrix(encoder, cars);
  const of = (f: number): number[] => rows.map((row) => row[f]).sort((a, b) => a - b);
  for (const f of range(6)) expect(Math.abs(of(f)[203])).toBeLessThan(0.03);
  expect(range(4, 6).map((f) => rows.reduce((sum, row) => sum + row[f], 0))).toEqual([6, 254, 79, 73]);
});

test("digits: a pixel that is almost always blank does not drown the others", () => {
  const digits = example("digits");
  const features = encode(fitEncoder(digits, allRows(digits), describeColumns(digits, "digit")), digits);
  expect(features).toHaveLength(1797 * 61);
  expect(features.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThanOrEqual(3);
});

/** The quantile of the normal distribution to two digits: Tukey's lambda distribution with λ = 0.135. */
const probit = (share: number): number => 5.063 * (share ** 0.135 - (1 - share) ** 0.135);
