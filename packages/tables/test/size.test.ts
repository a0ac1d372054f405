/** A budget is a test: tables with core and its kernels, as a page downloads them. */
import { expect, test } from "vitest";
import { weigh } from "../../core/test/support/weigh.ts";

/**
 * 116.6 KB: 65.5 of them core's, the rest how people write tables, encoders, judging and model files; 0.9 are `gradient` (decision
 * 28), 6 what dates, tails, text and embeddings need beside mean and standard deviation (decision 39), 0.9 counting and ordering
 * many rows without a text or an object each, 10 what is said of how a table is read and trained on, and remembered; 14 the kinds
 * of targets, their losses, weights and how one is chosen (decision 40), 1 rows that are no observations; 3 splits by
 * group, time and given parts (decision 47), 1.1 intervals (decision 48); 1.5 came with checkpoints and warm starts (decision 51): two
 * options, and what they, loaded later, share with the rest is a file of its own; 0.7 is what a model
 * keeps of its networks, of what classes weighed and of turned rates (decisions 53 and 55). Readers of files, words, curves and explanations are
 * entries of their own, and automatic training comes when it is needed.
 */
test("tables and core stay under the ceiling", async () => {
  expect((await weigh("../../tables/src/index.ts")).atOnce).toBeLessThan(116_600);
});
