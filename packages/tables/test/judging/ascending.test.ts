import fc from "fast-check";
import { expect, it } from "vitest";
import { ascending } from "../../src/judging/ascending.ts";

it("orders numbers as a stable sort by comparison does", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom(0, -0, 5e-324, -5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  fc.assert(
    fc.property(fc.array(number, { maxLength: 80 }), (values) => {
      const expected = [...values.keys()].sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0));
      expect([...ascending(values)]).toEqual(expected);
    }),
  );
});

it("puts NaN last", () => {
  expect([...ascending([Number.NaN, 1, -Number.NaN, -1])]).toEqual([3, 1, 0, 2]);
});
