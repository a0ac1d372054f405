import { expect, test } from "vitest";
import { nearest } from "../../src/given/nearest.ts";

test("the nearest name wins, capitals aside", () => {
  expect(nearest("horsepower", ["weight", "horse_power", "power"])).toBe("horse_power");
  expect(nearest("Weight_LBS", ["weight_kg", "weight_lbs"])).toBe("weight_lbs");
  // One substitution, one insertion, one deletion.
  expect(nearest("species", ["spedies"])).toBe("spedies");
  expect(nearest("year", ["years"])).toBe("years");
  expect(nearest("origin", ["orign"])).toBe("orign");
});

test("the first of equals", () => expect(nearest("bat", ["cat", "hat"])).toBe("cat"));

test("at most a third of the letters may differ, and two always", () => {
  expect(nearest("abcdefghijkl", ["abcdefghWXYZ"])).toBe("abcdefghWXYZ");
  expect(nearest("abcdefghijkl", ["abcdefgVWXYZ"])).toBeUndefined();
  expect(nearest("bmi", ["bxx"])).toBe("bxx");
  expect(nearest("age", ["sex"])).toBeUndefined();
  expect(nearest("ab", ["cd"])).toBeUndefined();
  expect(nearest("anything", [])).toBeUndefined();
});
