/** A budget is a test: tables with core and its kernels, as a page downloads them. */
import { expect, test } from "vitest";
import { weigh } from "../../core/test/support/weigh.ts";

/**
 * 75.7 KB: 58 of them core's, the rest how people write tables, encoders, judging and model files; 0.9 are `gradient` (decision
 * 28), 3.2 what a training reached, remedies and their words, which the command had to itself (decision 33), and names of features.
 */
test("tables and core stay under the ceiling", async () => {
  expect((await weigh("../../tables/src/index.ts")).atOnce).toBeLessThan(70_900);
});
