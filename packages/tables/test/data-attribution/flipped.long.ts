/** Of labels flipped at random, 5 % of all, the rows ranked first hold at least 70 %: means over five seeds of four tables. */
import { expect, test } from "vitest";
import { example, range } from "../table/tables.ts";
import { foundShare } from "./flipped.ts";

test.each([
  ["digits", "digit"],
  ["wine", "cultivar"],
  ["breast_cancer", "diagnosis"],
  ["iris", "species"],
])("%s", async (name, target) => {
  const shares: number[] = [];
  for (const seed of range(5)) shares.push(await foundShare(example(name), target, seed));
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  console.log(`${name}: ${mean.toFixed(3)} (${shares.map((share) => share.toFixed(2)).join(", ")})`);
  expect(mean).toBeGreaterThanOrEqual(0.7);
});
