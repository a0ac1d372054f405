/** How numbers are written: each spelling with both readings, and what looks like a number and is none. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNumber } from "../../src/reading/numbers.ts";

/** With a decimal point, with a decimal comma, and what stands beside it. */
function readings(text: string): [number | undefined, number | undefined, string] | string | undefined {
  const read = readNumber(text);
  if (read === undefined) return undefined;
  return read.kind === "code" ? read.why : [read.point, read.comma, read.affix];
}

describe("readNumber", () => {
  it.each<[string, number | undefined, number | undefined, string]>([
    ["12", 12, 12, ""],
    ["-12.5", -12.5, undefined, ""],
    ["+.5", 0.5, undefined, ""],
    ["1.", 1, undefined, ""],
    ["2E7", 2e7, 2e7, ""],
    ["1.5e-3", 0.0015, undefined, ""],
    ["1,5", undefined, 1.5, ""],
    ["0,593", undefined, 0.593, ""],
    ["0.593", 0.593, undefined, ""],
    ["1.234", 1.234, 1234, ""],
    ["1,234", 1234, 1.234, ""],
    ["1,234.5", 1234.5, undefined, ""],
    ["1.234,5", undefined, 1234.5, ""],
    ["1,666,661.64", 1666661.64, undefined, ""],
    ["1.666.661", undefined, 1666661, ""],
    ["12.345.678,9", undefined, 12345678.9, ""],
    ["1 234 567", 1234567, 1234567, ""],
    ["1,23,456", 123456, undefined, ""],
    ["₹12,34,567.50", 1234567.5, undefined, "₹"],
    ["1,00,00,000", 10000000, undefined, ""],
    ["1.234e5", 123400, undefined, ""],
    ["1,234e5", undefined, 123400, ""],
    ["12.50-", -12.5, undefined, ""],
    ["1.234,50-", undefined, -1234.5, ""],
    ["0,75-", undefined, -0.75, ""],
    ["1\u202f234,5", undefined, 1234.5, ""],
    ["1'234.50", 1234.5, undefined, ""],
    ["\u22121.5", -1.5, undefined, ""],
    ["\u20131.5", -1.5, undefined, ""],
    ["(92.91)", -92.91, undefined, ""],
    ["($1,234.50)", -1234.5, undefined, "$"],
    ["$1,666,661.64", 1666661.64, undefined, "$"],
    ["-$5", -5, -5, "$"],
    ["$-5", -5, -5, "$"],
    ["US$ 5", 5, 5, "US$"],
    ["EUR 1.234,50", undefined, 1234.5, "EUR"],
    ["5 €", 5, 5, "€"],
    ["Rs. 500", 500, 500, "Rs."],
    ["kr 1.500,50", undefined, 1500.5, "kr"],
    ["500,00 Fr.", undefined, 500, "Fr."],
    ["95.0%", 95, undefined, "%"],
    ["95,0 %", undefined, 95, "%"],
    ["70 kg", 70, 70, "kg"],
    ["12.5m²", 12.5, undefined, "m²"],
    ["-3°C", -3, -3, "°C"],
    ["100km/h", 100, 100, "km/h"],
  ])("reads %s", (text, point, comma, affix) => expect(readings(text)).toEqual([point, comma, affix]));

  it.each(["inf", "-Infinity", "+inf"])("knows %s", (text) => {
    const [point] = readings(text) as [number, number, string];
    expect(Math.abs(point)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ["007", "leading zeros"],
    ["-00", "leading zeros"],
    ["0400966177624", "leading zeros"],
    ["1234567890123456001", "more digits than a number can hold"],
    ["9007199254740993", "more digits than a number can hold"],
  ])("takes %s for a code", (text, why) => expect(readings(text)).toBe(why));

  it.each([
    ...[
      "1,23,45",
      "123,45,678",
      "1.23.456",
      "12,34.5",
      "1.23.4",
      "1,234,56",
      "$",
      "12%%",
      "%",
      "1-2",
      "10:30",
      "2024-01-02",
      "1/2",
      "192.168.0.1",
    ],
    ...[
      "(5",
      "5)",
      "(-5)",
      "--5",
      "-$-5",
      "$5 €",
      "ABC123",
      "+49 170 123 456",
      "0x10",
      "12_34",
      "1 23",
      "01 234",
      "",
      "-",
    ],
    ...[
      "2-",
      "12.5-13",
      "-12.5-",
      "(12.5-)",
      "1,234e5.5",
      "1 234e5",
      "e5",
      ".",
      ",",
      "5 e 7",
      "1e",
      "NaN",
      "٣",
      "Ⅷ",
      "[kg]",
      "1.2.3",
      "a5",
    ],
  ])("leaves %j alone", (text) => expect(readings(text)).toBeUndefined());

  it("reads what JavaScript prints, and what Intl writes in any of these languages", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, (value) => {
        const text = String(value);
        const read = readNumber(text);
        // Whole numbers beyond 2^53 without an exponent are codes, whatever wrote them.
        if (read?.kind === "code") return Math.abs(value) > Number.MAX_SAFE_INTEGER;
        return read !== undefined && Object.is(read.point ?? 0, value + 0);
      }),
    );
    const amount = fc.integer({ min: -(10 ** 9), max: 10 ** 9 }).map((cents) => cents / 100);
    for (const [language, sign] of [
      ["en", "point"],
      ["de", "comma"],
      ["fr", "comma"],
      ["de-CH", "point"],
    ] as const) {
      const styles = [{}, { style: "currency", currency: "EUR" }, { style: "unit", unit: "kilogram" }] as const;
      const format = styles.map((style) => new Intl.NumberFormat(language, { ...style, minimumFractionDigits: 2 }));
      fc.assert(
        fc.property(amount, fc.constantFrom(...format), (value, { format }) => {
          const read = readNumber(format(value));
          return read?.kind === "number" && read[sign] === value + 0;
        }),
      );
    }
  });
});
