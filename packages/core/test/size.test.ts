/** A budget is a test: what a browser downloads for the whole of core, minified, with its kernels, gzipped. */
import { expect, test } from "vitest";
import { weigh } from "./support/weigh.ts";

/**
 * 58.5 KB for all of `@chaingrad/core`: a page may train a network for less than the weight of one photograph. (Decision
 * 10: of 8 KB more than without second order, factorisations are 3.5, batching rules 2, the rest the parting into chunks.
 * Decision 11: 0.8 more, so that training that meets NaN or Infinity can be repeated; what then finds the fault comes later.
 * Decision 19: 4.2 more, so that what was not given, misspelt options and damaged files are errors that say so, and losses
 * and optimisers go by their names. Decision 21: 1.4 more, so that thousands of layers are planned in linear time and in
 * parts. Columns and encoders left for `@chaingrad/tables`.)
 */
test("core and its kernels stay under the ceiling", async () => {
  expect((await weigh("index.ts")).atOnce).toBeLessThan(58_500);
});

/**
 * 4.9 KB more where the page is cross-origin isolated, for the sharing of work and the workers' script. (Decision 31: 0.2 for
 * starting the workers, which those without threads no longer carry.)
 */
test("threads stay under theirs", async () => {
  expect((await weigh("index.ts")).threads).toBeLessThan(4900);
});

/**
 * 13.1 KB more where `fit` is given a second-order method, which is itself in `@chaingrad/core/curvature`. (Of these 2 are
 * Hessians by the rows' structure, ten times as fast as by unit vectors of all parameters; 0.7 are the parting into chunks of
 * the factorisations, some of which the gradient's flow uses, too; 0.7 hold an ending to what it says, decision 18.)
 */
test("second order in fit stays under its own", async () => {
  expect((await weigh("index.ts")).secondOrder).toBeLessThan(13_100);
});

/**
 * 14 KB for the methods themselves, for minimising any expression, and for all factorisations. (1.5 of them are the search for
 * other starts, and what is told of a fit: decision 18.)
 */
test("curvature stays under its own", async () => {
  const [whole, core] = [await weigh("index.ts", "curvature.ts"), await weigh("index.ts")];
  expect(whole.atOnce + whole.secondOrder - core.atOnce - core.secondOrder).toBeLessThan(14_000);
});

/**
 * 33.8 KB more for `@chaingrad/core/explain`, which a page that shows derivations loads on top: nine views, four printers, and
 * words in two languages, which are 7 of them (decision 15); 0.9 are for texts from elsewhere (decision
 * 22), 0.6 so that every symbol has its formula and no walk is as deep as the network (decision 21); 0.5 make a network on rows ready
 * to be explained (`explainNet`, decision 26).
 */
test("explanation stays under its own", async () => {
  const [whole, core] = [await weigh("index.ts", "explain.ts"), await weigh("index.ts")];
  expect(whole.atOnce - core.atOnce).toBeLessThan(33_800);
});
