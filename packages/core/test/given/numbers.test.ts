/** Numbers that callers gave: what is no number is named, and what JSON made of a typed array is read back. */
import { describe, expect, test } from "vitest";
import { DataError, numbersOf } from "../../src/given/numbers.ts";

describe("numbers are", () => {
  test.each([
    [[1, Number.NaN, Number.POSITIVE_INFINITY, -0]],
    [Float32Array.of(1, 2)],
    [Uint8Array.of(1, 2)],
    [{ length: 2, 0: 5, 1: 6 }],
    [[]],
  ])("%j, as they are", (given) => {
    expect(numbersOf("x", given)).toBe(given);
  });

  test.each([Float64Array.of(0.1, -2, 1 / 3), Int32Array.of(7), Float32Array.of(0.1, 0.2)])(
    "what JSON made of %j",
    (values) => {
      expect(numbersOf("x", JSON.parse(JSON.stringify(values)), values.length)).toEqual(Array.from(values));
    },
  );
});

const sparse = [1, 2, 3];
delete sparse[1];

describe("refused:", () => {
  test.each<[string, unknown, string]>([
    ["nothing", undefined, "x: expected a list of numbers, got undefined"],
    ["null", null, "x: expected a list of numbers, got null"],
    ["a number", 5, "x: expected a list of numbers, got 5"],
    ["text", "1,2", "x: expected a list of numbers, got the text '1,2'"],
    ["a promise", Promise.resolve([1]), "x: expected a list of numbers, got a promise: await it"],
    ["an object", { a: 1 }, "x: expected a list of numbers, got an object"],
    ["an object with a hole", { 0: 1, 2: 3 }, "x: expected a list of numbers, got an object"],
    ["a view without elements", new DataView(new ArrayBuffer(8)), "x: expected a list of numbers, got an object"],
    ["a hole", sparse, "x: number 1 is undefined"],
    ["null inside", [3, null], "x: number 1 is null"],
    ["text inside", [3, 4, "5"], "x: number 2 is the text '5'"],
    ["a flag inside", [true], "x: number 0 is true"],
    ["a bigint inside", [1n], "x: number 0 is the bigint 1"],
    ["bigints", BigInt64Array.of(4n), "x: number 0 is the bigint 4"],
    ["what JSON made of NaN", { 0: null }, "x: number 0 is null"],
    [
      "rows",
      [
        [1, 2],
        [3, 4],
      ],
      "x: rows go one after the other: [1, 2, 3, 4] in place of [[1, 2], [3, 4]]",
    ],
    ["rows that are typed", [Float64Array.of(1)], "x: rows go one after the other"],
  ])("%s", (_, given, message) => {
    expect(() => numbersOf("x", given)).toThrow(DataError);
    expect(() => numbersOf("x", given)).toThrow(message);
  });

  test("too many and too few", () => {
    expect(() => numbersOf("x", [1, 2], 1)).toThrow("x holds 1 number, got 2");
    expect(() => numbersOf("x", Float64Array.of(), 3)).toThrow("x holds 3 numbers, got 0");
  });
});
