import { expect, test } from "vitest";
import { allRows, type Column, TargetError } from "../../src/table/table.ts";
import {
  type ClassificationTarget,
  decodeTarget,
  encodeTarget,
  fitTarget,
  inferTask,
  type RegressionTarget,
  type Task,
} from "../../src/table/target.ts";
import { column, columnOf, dates, example, range, repeat, thrown } from "./tables.ts";

const all = (one: Column): number[] => range(one.values.length);
const fit = (one: Column, task?: Task) => fitTarget(one, all(one), { task });
const refused = (one: Column, task?: Task): unknown => thrown(() => fit(one, task));
const cycle = (values: number, rows: number): Column =>
  column(
    "y",
    range(rows).map((i) => i % values),
  );

test("text and booleans are classes", () => {
  const text = column("y", ["b", "a", null, "b"]);
  expect(inferTask(text, all(text))).toEqual({ task: "classification", why: "text: 2 different values in 3 rows" });
  const flags = column("y", [true, false]);
  expect(inferTask(flags, [0, 1])).toEqual({ task: "classification", why: "boolean: 2 different values in 2 rows" });
});

test("whole numbers are classes when ten at most, each in twenty rows, or when just two", () => {
  const task = (one: Column): string => Object.values(inferTask(one, all(one))).join(": ");
  expect(task(cycle(10, 200))).toBe("classification: few whole numbers: 10 different values in 200 rows");
  expect(task(cycle(10, 199))).toBe("regression: many whole numbers: 10 different values in 199 rows");
  expect(task(cycle(11, 1000))).toBe("regression: many whole numbers: 11 different values in 1000 rows");
  expect(task(cycle(3, 59))).toMatch(/^regression/);
  expect(task(cycle(2, 4))).toMatch(/^classification/);
  expect(task(column("y", [0.5, 1, 0.5, 1]))).toBe("regression: numbers with fractions");
});

test("only the given rows decide", () => {
  const y = column("y", [0, 1, 0, 1, 2.5]);
  expect(inferTask(y, [0, 1, 2, 3]).task).toBe("classification");
  expect(inferTask(y, all(y)).task).toBe("regression");
});

test("classes are in order, with their rows; rows without a target are reported", () => {
  expect(fit(column("y", ["b", null, "a", "b", "a", "b", null]))).toEqual({
    target: {
      task: "classification",
      name: "y",
      classes: ["a", "b"],
      counts: [2, 3],
      why: "text: 2 different values in 5 rows",
    },
    rows: Int32Array.of(0, 2, 3, 4, 5),
    missing: [1, 6],
    aside: [],
  });
  const { target } = fit(column("y", [10, 9, 9, 10, 10, -1, -1, 9, 9, 9]), "classification");
  expect(target).toMatchObject({ classes: ["-1", "9", "10"], counts: [2, 5, 3], why: "classification, as asked" });
});

test("amounts are standardised by the given rows", () => {
  const y = column("y", [1.5, 3.5, null, 100]);
  expect(fitTarget(y, [0, 1, 2])).toEqual({
    target: { task: "regression", name: "y", mean: 2.5, scale: 1, why: "numbers with fractions" },
    rows: Int32Array.of(0, 1),
    missing: [2],
    aside: [],
  });
  expect(fit(column("y", [0, 1, 0, 1]), "regression").target).toMatchObject({
    task: "regression",
    mean: 0.5,
    scale: 0.5,
  });
});

test("labels and back", () => {
  const y = column("y", ["b", "a", null, "b", "a"]);
  const target = fit(y).target as ClassificationTarget;
  const labels = encodeTarget(target, y, [3, 1, 0]);
  expect(labels).toEqual(Int32Array.of(1, 0, 1));
  expect(decodeTarget(target, labels)).toEqual(["b", "a", "b"]);
});

test("standardised values and back to the target's own units", () => {
  const y = column("y", [1.5, 3.5, 4.5]);
  const target = fitTarget(y, [0, 1]).target as RegressionTarget;
  const values = encodeTarget(target, y, [2, 0]);
  expect(values).toEqual(Float64Array.of(2, -1));
  expect(decodeTarget(target, values)).toEqual(Float64Array.of(4.5, 1.5));
});

test("a target survives JSON", () => {
  for (const y of [column("y", repeat({ a: 2, b: 2 })), column("y", [0.1, 0.25, 0.7])]) {
    const { target } = fit(y);
    const saved = JSON.parse(JSON.stringify(target));
    expect(saved).toEqual(target);
    expect(encodeTarget(saved, y, all(y))).toEqual(encodeTarget(target, y, all(y)));
  }
});

test("a column without a value or with one only cannot be learnt", () => {
  expect(refused(column("y", [null, null]))).toMatchObject({
    name: "TargetError",
    column: "y",
    message: "the target 'y' has no values at all: choose another column",
  });
  const message = "the target 'y' is 'a' in every row: there is nothing to learn";
  expect(refused(column("y", ["a", null, "a"]))).toMatchObject({ message });
  expect(refused(column("y", [7.5, 7.5]))).toMatchObject({
    message: "the target 'y' is '7.5' in every row: there is nothing to learn",
  });
});

test("a class with one row is set aside where others can be learnt, and rows are kept to judge by", () => {
  const y = column("y", repeat({ a: 4, b: 4, x: 1 }));
  expect(fit(y)).toMatchObject({
    target: { classes: ["a", "b"], counts: [4, 4], aside: ["x"] },
    rows: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    aside: [8],
  });
  expect(fitTarget(y, all(y), { isJudged: false })).toMatchObject({ target: { classes: ["a", "b", "x"] }, aside: [] });
  expect(refused(column("y", repeat({ a: 8, x: 1 })))).toMatchObject({
    message:
      "the target 'y' has one class, and others with one row: 'x': a class needs rows to train on and rows to judge by: " +
      "add rows, merge it into another class or drop it",
  });
});

test("whole numbers of which one stands in one row, or which look counted, are amounts", () => {
  const whole = (counts: Record<number, number>): Column =>
    column(
      "y",
      Object.entries(counts).flatMap(([value, rows]) => new Array<number>(rows).fill(Number(value))),
    );
  const of = (counts: Record<number, number>): string =>
    Object.values(inferTask(whole(counts), all(whole(counts)))).join(": ");
  expect(of({ 0: 80, 1: 40, 2: 1 })).toBe(
    "regression: whole numbers, some of them in one row only: 3 different values in 121 rows",
  );
  expect(of({ 0: 300, 1: 150, 2: 40, 3: 4 })).toBe(
    "regression: whole numbers like counts: 4 different values in 494 rows",
  );
  expect(of({ 0: 100, 1: 100, 2: 100, 3: 100 })).toMatch(/^classification/);
  expect(of({ 1: 300, 2: 150, 3: 40, 4: 4 })).toMatch(/^classification/);
});

test("more classes than a third of the rows are refused", () => {
  const text = (values: number, rows: number): Column =>
    column(
      "y",
      range(rows).map((i) => `v${i % values}`),
    );
  expect(refused(text(4, 11))).toMatchObject({
    message:
      "the target 'y' has 4 different values in 11 rows; " +
      "they look like free text or an identifier: choose another column",
  });
  expect(refused({ ...text(4, 11), note: "dates in two orders" } as Column)).toMatchObject({
    message: expect.stringContaining("in 11 rows (dates in two orders); they look like"),
  });
  expect(fit(text(4, 12)).target).toMatchObject({ counts: [3, 3, 3, 3] });
  expect(fit(text(2, 4)).target).toMatchObject({ counts: [2, 2] });
  expect(refused(column("y", [1.5, 2.5, 3.5, 4.5]), "classification")).toMatchObject({
    message: "the target 'y' has 4 different values in 4 rows; they look like amounts: ask for regression",
  });
});

test("dates cannot be predicted, and text cannot be regressed", () => {
  expect(refused(dates("y", ["2024-01-31", "2024-02-01"]))).toMatchObject({
    message: "the target 'y' is a date: predict a number or a class",
  });
  expect(refused(column("y", ["a", "b", "a", "b"]), "regression")).toMatchObject({
    row: 0,
    message: "the target 'y' must be a number to be regressed; row 1 holds 'a'",
  });
  expect(refused(column("y", [1.5, Infinity]))).toMatchObject({
    row: 1,
    message: expect.stringContaining("'Infinity'"),
  });
});

test("rows a model cannot be judged by are refused by row and value", () => {
  const { target } = fit(column("y", repeat({ setosa: 2, virginica: 2 })));
  const error = thrown(() => encodeTarget(target, column("y", ["setosa", "virginca"]), [0, 1]));
  expect(error).toBeInstanceOf(TargetError);
  expect(error).toMatchObject({
    row: 1,
    message:
      "the target 'y' holds 'virginca' in row 2, which is none of the classes of the model; did you mean 'virginica'?",
  });
  expect(() => encodeTarget(target, column("y", ["?"]), [0])).toThrow("they are setosa, virginica");
  expect(() => encodeTarget(target, column("y", ["setosa", null]), [1])).toThrow("the target 'y' is missing in row 2");
  const amounts = fit(column("y", [1.5, 2.5])).target;
  expect(() => encodeTarget(amounts, column("y", [null, 3.5]), [0])).toThrow("row 1 holds 'nothing'");
});

test("the example tables set the tasks they are known for", () => {
  const found = Object.entries({
    iris: "species",
    wine: "cultivar",
    breast_cancer: "diagnosis",
    digits: "digit",
    diabetes: "progression",
    cars: "miles_per_gallon",
  }).map(([name, target]) => {
    const data = example(name);
    const fitted = fitTarget(columnOf(data, target), allRows(data));
    const classes = fitted.target.task === "classification" ? fitted.target.classes.join(" ") : "";
    return `${target}: ${fitted.target.task} ${classes} ${fitted.rows.length}+${fitted.missing.length}`;
  });
  expect(found).toEqual([
    "species: classification setosa versicolor virginica 150+0",
    "cultivar: classification A B C 178+0",
    "diagnosis: classification benign malignant 569+0",
    "digit: classification 0 1 2 3 4 5 6 7 8 9 1797+0",
    "progression: regression  442+0",
    "miles_per_gallon: regression  398+8",
  ]);
});
