/** When rows are said to follow each other in time. */
import { expect, test } from "vitest";
import { timeOrder } from "../../src/table/order.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, dates, table } from "./tables.ts";

const day = (offset: number): string => new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
const order = (days: readonly (number | null)[]): string | undefined =>
  timeOrder(
    table(
      dates(
        "day",
        days.map((offset) => (offset === null ? null : day(offset))),
      ),
    ),
  );
const range = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);

test.each<[string, (number | null)[]]>([
  ["ascending", range(30)],
  ["descending", range(30).reverse()],
  ["with days in common", range(30).map((row) => Math.floor(row / 3))],
  ["with gaps", range(30).map((row) => (row % 4 === 0 ? null : row))],
  ["a panel of 20 members, one after the other", range(200).map((row) => row % 10)],
  ["a panel, day by day", range(200).map((row) => Math.floor(row / 20))],
  ["few", range(6)],
])("rows in the order of time: %s", (_, days) => expect(order(days)).toBe("day"));

test.each<[string, (number | null)[]]>([
  ["in groups of three", range(60).map((row) => row % 3)],
  ["few days", range(60).map((row) => Math.floor(row / 15))],
  ["few rows, one astray", [0, 1, 2, 4, 3, 5, 6]],
  ["none", range(30).map(() => null)],
])("rows in no such order: %s", (_, days) => expect(order(days)).toBeUndefined());

test("chance makes no order", () => {
  for (let seed = 0; seed < 200; seed++) {
    for (const rows of [8, 21, 100]) {
      const days = Array.from(randomNumbers(rows, 0, seed), (number) => Math.floor(number * 100));
      expect(order(days)).toBeUndefined();
    }
  }
});

test("numbers are times by their name", () => {
  const years = range(30).map((row) => 1990 + row);
  for (const name of ["year", "Timestamp", "unix_time"]) expect(timeOrder(table(column(name, years)))).toBe(name);
  for (const name of ["x", "lifetime", "years_at_school"])
    expect(timeOrder(table(column(name, years)))).toBeUndefined();
  expect(
    timeOrder(
      table(
        column(
          "year",
          range(90).map((row) => Math.floor(row / 3)),
        ),
      ),
    ),
  ).toBeUndefined();
  expect(timeOrder(table(column("d", ["a", "b", "c", "d", "e", "f"])))).toBeUndefined();
});
