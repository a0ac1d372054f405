/** Who may go on, beside the algorithm of the paper word by word and beside halving in step. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Promotion, promotions, rungsOf, type Standing } from "../../src/search/halving.ts";

test("rungs are a third of the next one's epochs, down to some eight", () => {
  expect(rungsOf(300, 1000)).toEqual([11, 33, 100, 300]);
  expect(rungsOf(81, 1000)).toEqual([9, 27, 81]);
  expect(rungsOf(20, 1000)).toEqual([20]);
  expect(rungsOf(1, 1)).toEqual([1]);
  // Of 278 rows an epoch is nine steps, of which 128 are wanted.
  expect(rungsOf(300, 9)).toEqual([33, 100, 300]);
});

/** Algorithm 2 of Li et al. 2020, `get_job`, as it stands there; undefined where it would grow the bottom rung. */
function getJob(rungs: readonly ReadonlyMap<number, number>[], promoted: readonly Set<number>[], eta: number) {
  for (let k = rungs.length - 2; k >= 0; k--) {
    const candidates = [...rungs[k]]
      .sort(([a, x], [b, y]) => x - y || a - b)
      .slice(0, Math.floor(rungs[k].size / eta))
      .map(([trial]) => trial)
      .filter((trial) => !promoted[k].has(trial));
    if (candidates.length > 0) return { trial: candidates[0], rung: k + 1 };
  }
  return undefined;
}

const RUNGS = 3;
/** Losses of trials by the rungs that they have reached. */
const standings = fc
  .array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: RUNGS }), { maxLength: 40 })
  .map((all) => all.map((losses, trial): Standing => ({ trial, losses })));

test("all that may go on, in the order in which the paper's algorithm lets them", () => {
  fc.assert(
    fc.property(standings, (all) => {
      const rungs = Array.from(
        { length: RUNGS },
        (_, rung) =>
          new Map(all.flatMap(({ trial, losses }) => (losses.length > rung ? [[trial, losses[rung]] as const] : []))),
      );
      const promoted = rungs.map((_, rung) => new Set(rungs[rung + 1]?.keys() ?? []));
      const expected: Promotion[] = [];
      for (let job = getJob(rungs, promoted, 3); job !== undefined; job = getJob(rungs, promoted, 3)) {
        promoted[job.rung - 1].add(job.trial);
        expected.push(job);
      }
      const begun = (trial: number): number => all[trial].losses.length - 1;
      expect(promotions(all, RUNGS, begun, 3)).toEqual(expected);
    }),
  );
});

test("where all trials begin at once, those go on that halving in step lets go on", () => {
  const loss = (trial: number, rung: number): number => ((trial * 7919 + 13) % 101) / (rung + 1);
  const all: number[][] = Array.from({ length: 81 }, (_, trial) => [loss(trial, 0)]);
  for (const [rung, left] of [27, 9].entries()) {
    const best = all
      .flatMap((losses, trial) => (losses.length > rung ? [trial] : []))
      .sort((a, b) => loss(a, rung) - loss(b, rung) || a - b)
      .slice(0, left);
    const found = promotions(
      all.map((losses, trial) => ({ trial, losses })),
      RUNGS,
      (trial) => all[trial].length - 1,
    );
    expect(found.filter((one) => one.rung === rung + 1).map(({ trial }) => trial)).toEqual(best);
    for (const trial of best) all[trial].push(loss(trial, rung + 1));
  }
});

test("nobody goes on twice, and nobody without a finite loss", () => {
  const all = [0.3, 0.1, 0.2, Number.POSITIVE_INFINITY].map((loss, trial): Standing => ({ trial, losses: [loss] }));
  expect(promotions(all, 2, () => 0, 2)).toEqual([
    { trial: 1, rung: 1 },
    { trial: 2, rung: 1 },
  ]);
  expect(promotions(all, 2, (trial) => Number(trial === 1), 2)).toEqual([{ trial: 2, rung: 1 }]);
  expect(promotions([{ trial: 0, losses: [Number.POSITIVE_INFINITY] }], 2, () => 0, 1)).toEqual([]);
});
