/** What rows hold that training never saw is said once for each column. */
import { expect, test } from "vitest";
import { unseenValues } from "../../src/model/unseen.ts";
import { fitEncoder } from "../../src/table/encoder.ts";
import { column, dates, range, repeat, table } from "../table/tables.ts";

const day = (i: number): string => new Date(Date.UTC(2021, 0, 1 + i)).toISOString().slice(0, 10);
const trained = table(
  dates("day", range(101).map(day)),
  column("sex", repeat({ male: 51, female: 50 })),
  column("origin", [...repeat({ a: 40, b: 40, c: 21 })]),
);
const roles = [
  { name: "day", role: "date", why: "" },
  { name: "sex", role: "category", why: "" },
  { name: "origin", role: "category", why: "" },
] as const;
const encoder = fitEncoder(trained, range(101), roles);
const rows = (days: (string | null)[], sexes: (string | null)[], origins: string[]) =>
  unseenValues(encoder, table(dates("day", days), column("sex", sexes), column("origin", origins)));

test("nothing of what training saw, of what is missing, and of dates a little later", () => {
  expect(unseenValues(encoder, trained)).toEqual([]);
  expect(rows([null, day(110), day(-10)], [null, "male", "female"], ["a", "b", "c"])).toEqual([]);
});

test("dates far outside, with the farthest, and categories of both kinds", () => {
  expect(rows([day(5), day(111)], ["male", "x"], ["a", "Mars"])).toEqual([
    "column 'day': 1 row holds a date far outside those that training saw (2021-01-01 to 2021-04-11): 2021-04-22, row 2",
    "column 'sex': 1 row holds categories that training never saw (x)",
    "column 'origin': 1 row holds categories that training never saw (Mars)",
  ]);
  expect(rows([day(400), "1900-01-01"], ["male", "male"], ["a", "a"])).toEqual([
    "column 'day': 2 rows hold dates far outside those that training saw (2021-01-01 to 2021-04-11): 1900-01-01, row 2, is the farthest",
  ]);
});
