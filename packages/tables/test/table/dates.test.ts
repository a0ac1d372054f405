/** Dates as trend and cycles, and the time between two of them. */
import { expect, test } from "vitest";
import { tableOf } from "../../src/rows.ts";
import type { Encoder } from "../../src/table/encoder.ts";
import { encode, fitEncoder } from "../../src/table/encoder.ts";
import type { Cycle } from "../../src/table/encodings/cycles.ts";
import type { DateEncoding } from "../../src/table/encodings/date.ts";
import type { DurationEncoding } from "../../src/table/encodings/duration.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import type { Table } from "../../src/table/table.ts";
import { column, dates, range, table } from "./tables.ts";

const DAY = 86_400_000;
const START = Date.parse("2021-01-01");
const written = (days: number): string => new Date(START + Math.round(days * DAY)).toISOString();
/** Points in time so many days after the start of 2021. */
const times = (days: readonly number[]): Table => table(dates("t", days.map(written)));
const calendar = (days: readonly number[]): Table =>
  table(
    dates(
      "t",
      days.map((day) => written(day).slice(0, 10)),
    ),
  );

const fit = (of: Table): Encoder =>
  fitEncoder(
    of,
    range(of.rows),
    of.columns.map(({ name }) => ({ name, role: "date", why: "" })),
  );
const cyclesOf = (of: Table): readonly Cycle[] => (fit(of).columns[0] as DateEncoding).cycles;
const firsts = (months: number): number[] => range(months).map((i) => (Date.UTC(2021, i, 1) - START) / DAY);

test.each<[string, Table, Cycle[]]>([
  ["days over three years", calendar(range(1096)), ["week", "month", "year"]],
  ["days over two years", calendar(range(731)), ["week", "month", "year"]],
  ["days over a year and a half", calendar(range(548)), ["week", "month"]],
  ["days over three weeks", calendar(range(21)), ["week"]],
  ["days over ten days", calendar(range(10)), []],
  ["working days over half a year", calendar(range(180).filter((day) => (day + 5) % 7 < 5)), ["week", "month"]],
  ["Mondays over three years", calendar(range(156).map((i) => 3 + 7 * i)), ["month", "year"]],
  ["firsts of months over three years", calendar(firsts(36)), ["year"]],
  [
    "ends of months over three years",
    calendar(
      firsts(37)
        .slice(1)
        .map((day) => day - 1),
    ),
    ["year"],
  ],
  ["quarters over three years", calendar(firsts(36).filter((_, i) => i % 3 === 0)), ["year"]],
  ["hours over a week", times(range(168).map((i) => i / 24)), ["day"]],
  ["hours over three weeks", times(range(504).map((i) => i / 24)), ["day", "week"]],
  ["minutes over five hours", times(range(300).map((i) => i / 1440)), []],
  ["days over three weeks, and one of 1900", table(dates("t", ["1900-01-01", ...range(21).map(written)])), ["week"]],
  ["one day", calendar([5, 5]), []],
])("%s have the cycles they go through twice: %#", (_, of, expected) => {
  expect(cyclesOf(of)).toEqual(expected);
});

test("features are the trend, then a sine and a cosine for each cycle, in the row's place in it", () => {
  const encoder = fit(times(range(35 * 24).map((i) => i / 24)));
  expect(encoder.features).toEqual(["t", "t: day (sin)", "t: day (cos)", "t: week (sin)", "t: week (cos)"]);
  expect(encoder.numbers).toBe(5);
  const { centre, scale } = encoder.columns[0] as DateEncoding;
  expect(centre - START / DAY).toBeCloseTo((35 - 1 / 24) / 2, 9);
  expect(scale).toBeCloseTo((35 - 1 / 24) / 2, 9);
  // 2021-01-06 was a Wednesday; six in the morning is a quarter of the day.
  const [, ...found] = encode(encoder, table(dates("t", ["2021-01-06T06:00:00Z"])));
  const part = (2 * Math.PI * 2.25) / 7;
  for (const [i, value] of [1, 0, Math.sin(part), Math.cos(part)].entries()) expect(found[i]).toBeCloseTo(value, 12);
});

test("months are as long as they are, before 1970 too", () => {
  const encoder = fit(calendar(range(200)));
  const place = encoder.features.indexOf("t: month (sin)");
  const sine = (day: string): number => encode(encoder, table(dates("t", [day])))[place];
  expect(sine("2021-02-15")).toBeCloseTo(Math.sin((2 * Math.PI * 14) / 28), 12);
  expect(sine("2021-03-15")).toBeCloseTo(Math.sin((2 * Math.PI * 14) / 31), 12);
  expect(sine("1960-02-15")).toBeCloseTo(Math.sin((2 * Math.PI * 14) / 29), 12);
  expect(sine("1960-02-01")).toBeCloseTo(0, 12);
});

test("a missing date is 0 everywhere, and says so if the training rows knew missing ones", () => {
  const of = table(dates("t", [...range(30).map((day) => written(day).slice(0, 10)), null]));
  const encoder = fit(of);
  expect(encoder.features).toEqual(["t", "t: week (sin)", "t: week (cos)", "t (missing)"]);
  expect([...encode(encoder, of, [30])]).toEqual([0, 0, 0, 1]);
});

test("a date is the same however it is written, and its clock is that of the zone all are written in", () => {
  const hours = range(24 * 20);
  const zoned = hours.map((hour) => `${written(hour / 24).slice(0, 19)}+02:00`);
  const utc = hours.map((hour) => written(hour / 24 - 1 / 12));
  const read = (when: readonly string[]): Table => tableOf({ t: when });
  const [there, here] = [fit(read(zoned)), fit(read(utc))];
  expect((there.columns[0] as DateEncoding).offset).toBe(1 / 12);
  expect((here.columns[0] as DateEncoding).offset).toBe(0);
  const sine = (encoder: Encoder, when: string): number => encode(encoder, read([when]))[1];
  // Six in the morning there is four here.
  expect(sine(there, "2021-01-05T06:00:00+02:00")).toBeCloseTo(1, 12);
  expect(sine(there, "2021-01-05T04:00:00Z")).toBeCloseTo(1, 12);
  expect(sine(there, "2021-01-05 04:00")).toBeCloseTo(1, 12);
  expect(sine(here, "2021-01-05T06:00:00Z")).toBeCloseTo(1, 12);
  const mixed = fit(read(zoned.with(7, utc[7])));
  expect((mixed.columns[0] as DateEncoding).offset).toBe(0);
  const { roles } = prepareTable({ rows: 480, columns: [...read(zoned).columns, column("y", hours)] }, { target: "y" });
  expect(roles[0].why).toBe("dates, as a trend and the cycles day, week, on the clock of UTC+02:00");
});

const trips = (seconds: readonly number[]): Table => {
  const starts = seconds.map((_, i) => i * 0.37);
  return table(
    dates(
      "dropoff",
      starts.map((start, i) => written(start + seconds[i] / 86_400)),
    ),
    dates("pickup", starts.map(written)),
  );
};

test("the time between two columns that are nearly always in one order is a feature of its own", () => {
  const encoder = fit(trips(range(200).map((i) => 300 + ((97 * i) % 1700))));
  const found = encoder.columns[2] as DurationEncoding;
  expect(found).toMatchObject({ name: "dropoff − pickup (minutes)", from: "pickup", to: "dropoff", unit: "minutes" });
  const place = encoder.features.indexOf(found.name);
  const z = (15 - found.centre) / found.scale;
  expect(encode(encoder, trips([900]))[place]).toBeCloseTo(z / Math.sqrt(1 + (z / 3) ** 2), 9);
  const missing = table(dates("dropoff", [null]), dates("pickup", [written(3)]));
  expect(encode(encoder, missing)[place]).toBe(0);
});

test("its unit is the largest that there are two of on average, and long tails are logarithms", () => {
  const unit = (seconds: number): string =>
    (fit(trips(range(100).map((i) => seconds * (1 + (i % 7))))).columns[2] as DurationEncoding).unit;
  expect([2, 200, 9000].map(unit)).toEqual(["seconds", "minutes", "hours"]);
  const long = fit(trips(range(400).map((i) => 60 * 10 ** ((i % 100) / 25)))).columns[2] as DurationEncoding;
  expect(long.log).toMatchObject({ origin: 0 });
});

test.each<[string, Table]>([
  ["in both orders", trips(range(100).map((i) => (i % 3 === 0 ? -900 : 900 + i)))],
  [
    "far apart",
    table(
      dates(
        "a",
        range(50).map((i) => written(i + 0.5)),
      ),
      dates(
        "b",
        range(50).map((i) => written(i * 9 + 40.25)),
      ),
    ),
  ],
  ["always as far apart", trips(range(100).map(() => 900))],
  [
    "dates without times",
    table(
      dates(
        "a",
        range(50).map((i) => written(i).slice(0, 10)),
      ),
      dates(
        "b",
        range(50).map((i) => written(i + 1).slice(0, 10)),
      ),
    ),
  ],
])("two columns %s are left as they are", (_, of) => {
  expect(fit(of).columns).toHaveLength(2);
});

test("what becomes of a column is said beside its role", () => {
  const rows = 200;
  const trip = trips(range(rows).map((i) => 300 + ((97 * i) % 1700)));
  const whole = table(
    ...trip.columns,
    column(
      "size",
      range(rows).map((i) => 10 ** ((7 * ((i * 13) % rows)) / rows)),
    ),
    column(
      "fare",
      range(rows).map((i) => ((31 * i) % 47) + 0.5),
    ),
    {
      ...column(
        "note",
        range(rows).map((i) => `trip ${i} of ${i % 9}`),
      ),
      declared: "text",
    },
  );
  const { roles, encoder } = prepareTable(whole, { target: "fare" });
  const why = Object.fromEntries(roles.map((role) => [role.name, role.why]));
  expect(why.pickup).toBe("dates, as a trend and the cycles day, week, month");
  expect(why.dropoff).toBe("dates, as a trend and the cycles day, week, month, and the minutes since 'pickup'");
  expect(why.size).toBe("numbers: 200 different values, over 7 decades: as logarithms");
  expect(why.note).toMatch(/^text, as asked: 200 different values, hashed words in \d+ features$/);
  expect(encoder.features.slice(0, 3)).toEqual(["dropoff", "dropoff: day (sin)", "dropoff: day (cos)"]);
});
