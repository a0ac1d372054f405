/** A budget is a test: what a browser downloads for the whole of core, minified, with its kernels, gzipped. */
import { expect, test } from "vitest";
import { weigh } from "./support/weigh.ts";

/**
 * 64.7 KB for all of `@chaingrad/core`: a page may train a network for less than the weight of one photograph. (Decision
 * 10: of 8 KB more than without second order, factorisations are 3.5, batching rules 2, the rest the parting into chunks.
 * Decision 11: 0.8 more, so that training that meets NaN or Infinity can be repeated; what then finds the fault comes later.
 * Decision 19: 4.2 more, so that what was not given, misspelt options and damaged files are errors that say so, and losses
 * and optimizers go by their names. Decision 21: 1.4 more, so that thousands of layers are planned in linear time and in
 * parts. Columns, encoders and scores left for `@chaingrad/tables`; factorisations are a module of their own, loaded where they are
 * used. Decision 29: 0.6 more for layers that say themselves what they are. Decision 30: 0.5, so that an engine
 * may answer in promises; ops of one's own and steps in halves are entries of their own. Decision 31: 0.4, so that a page says why it has one thread, and what its policy refused.
 * Decision 36: 5.1 for what networks on tables need: members in groups and their loss, parameters with rates of their own, a
 * scale, embeddings of numbers and of categories, two schedules. Decision 40: 1.5 for quantiles, classes in an order and several
 * targets at once, which `lossOf` reads from files. Decision 42: 0.2, so that what every engine is tested against takes a third of
 * the time. Decision 43: 0.5, so that other threads can have the same engine, optimizers and schedules; what trains there is an
 * entry of its own. Decision 44: 0.6, so that tables are looked up row by row in second derivatives, too, and layers say what
 * their numbers are called; 0.1, so that trainings in a pool share their plans. Decision 51: 0.5, so that a training says where it
 * stands, and goes on from there; what keeps it comes later. Decision 52: 0.1, so that many networks in one step draw what each by
 * itself draws. Decision 53: 0.1 for a rate that is turned. Decision 56: 0.1, so that a plan chooses among several libraries and says
 * which. Decision 61: 0.3, so that kernels of the processor's own run a plan; 0.3, so that one thread goes on alone where several are
 * slower. Decision 58: 0.4, so that a minimizer trains before what few trainings have beside them is loaded, and searches write
 * without waiting; 0.5, so that a program that is the same again is not planned again. Decision 59: 0.5, so
 * that factors of products may be rounded to bf16, and who cannot do it says why.)
 */
test("core and its kernels stay under the ceiling", async () => {
  expect((await weigh("index.ts")).atOnce).toBeLessThan(65_800);
});

/**
 * 6 KB more where the page is cross-origin isolated, for the sharing of work and the workers' script. (Decision 30: 0.1 so
 * that an op of one's own that runs the engine that runs it is an error, not a wait for ever. Decision 31: 0.2 for starting the
 * workers, which those without threads no longer carry; 0.1 so that workers that begin late are waited for.
 * Decision 61: 0.2, so that a worker runs other kernels than WebAssembly; 0.4, so that a plan finds out which is faster. Decision 52: 0.3, so that
 * each thread has networks of its own where many are trained together.)
 */
test("threads stay under theirs", async () => {
  expect((await weigh("index.ts")).threads).toBeLessThan(6000);
});

/**
 * 23.4 KB more where `fit` is given a second-order method, which is itself in `@chaingrad/core/curvature`, tells the gradient's
 * flow, has met NaN, or is kept as it goes (decision 51: 2.8, 0.6 of which are what minimizers carry): in two pieces, of which
 * a minimizer needs one (decision 58); each piece more parts what it shares with the rest, at a cost to every page.
 */
test("second order in fit stays under its own", async () => {
  const { minimizer, secondOrder } = await weigh("index.ts");
  expect(secondOrder).toBeLessThan(23_400);
  expect(minimizer).toBeLessThan(11_000);
});

/**
 * 15.8 KB for the methods themselves, for minimizing any expression, and for all factorisations. (1.5 of them are the search for
 * other starts, and what is told of a fit: decision 18; 0.6 that each says what it carries, and goes on from there: decision 51.)
 */
test("curvature stays under its own", async () => {
  const [whole, core] = [await weigh("index.ts", "curvature.ts"), await weigh("index.ts")];
  expect(whole.atOnce + whole.secondOrder - core.atOnce - core.secondOrder).toBeLessThan(15_800);
});

/**
 * 42.5 KB more for `@chaingrad/core/explain`, which a page that shows derivations loads on top: nine views, four printers, and
 * words in two languages, which are 7 of them (decision 15); 0.9 are for texts from elsewhere (decision
 * 22), 0.6 so that every symbol has its formula and no walk is as deep as the network (decision 21); 0.5 make a network on rows ready
 * to be explained (`explainNet`, decision 26); 1.7 lead on to a table's columns and start from a prediction: half of it words in
 * two languages, a view of all columns, near names (decision 28); 0.4 are the form of
 * an element that diagnosis and other languages share (decision 30); 1.9 are columns' names in every printer (decision 34); 0.5 say in
 * two languages what block-diagonal products, rows of a table and constants are (decision 36); 0.4 came with losses of
 * several targets (decision 40); 0.4 are names that go through layers, and the terms of what is looked up (decision 44); 3 are the words, in two languages, of what is
 * derived about a model's columns (decision 57).
 */
test("explanation stays under its own", async () => {
  const [whole, core] = [await weigh("index.ts", "explain.ts"), await weigh("index.ts")];
  expect(whole.atOnce - core.atOnce).toBeLessThan(42_500);
});
