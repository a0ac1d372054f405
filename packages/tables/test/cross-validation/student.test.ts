/** Student's two-sided chances, beside those that scipy 1.17 gives: 2 stats.t.sf(t, ν). */
import { expect, test } from "vitest";
import { twoSidedP } from "../../src/cross-validation/student.ts";

test.each([
  [0.5, 1, 0.7048327646991335],
  [2, 1, 0.2951672353008665],
  [1.3, 2, 0.3232470318160403],
  [2.1, 3, 0.1265652025496846],
  [0.7, 4, 0.5225001655934502],
  [4.5, 9, 0.0014889494154117324],
  [2.776445105, 4, 0.05000000001011946],
  [3.2, 14, 0.006420541165424651],
  [1, 29, 0.32558198801619365],
  [12, 30, 5.580185415199261e-13],
])("t = %d with %d degrees of freedom", (t, freedom, expected) => {
  expect(Math.abs(twoSidedP(t, freedom) - expected)).toBeLessThan(1e-14);
  expect(twoSidedP(-t, freedom)).toBe(twoSidedP(t, freedom));
});
