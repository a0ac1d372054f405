/** What is proposed: repeatable, never twice, and better than chance where there is something to learn. */
import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/search/parzen.ts";
import { BLOCK, type Proposals, Proposer } from "../../src/search/propose.ts";
import { type Configuration, DEFAULT_SPACE, readSpace, SHAPING, type SpaceSpec } from "../../src/search/space.ts";

const FREE: SpaceSpec = {
  activation: ["tanh", "relu", "silu"],
  rate: { from: 1e-4, to: 1, scale: "log" },
  l2: { from: 1e-6, to: 1, scale: "log" },
  dropout: { from: 0, to: 0.9 },
};

/** Smallest, 0, at silu, a rate of 10⁻², λ = 10⁻⁴ and no dropout. */
const lossOf = ({ activation, rate = 0, l2 = 0, dropout = 0 }: Configuration): number =>
  (activation === "silu" ? 0 : 1) + (Math.log10(rate) + 2) ** 2 + (Math.log10(l2) + 4) ** 2 / 4 + dropout;

/** The best of so many proposals, a wave of 16 after the other. */
function bestOf(kind: Proposals, seed: number, count: number): number {
  const proposer = new Proposer(readSpace(FREE), seed, kind);
  const seen: Observation[] = [];
  while (seen.length < count)
    seen.push(...proposer.propose(16, seen).map((options) => ({ options, loss: lossOf(options) })));
  return Math.min(...seen.map(({ loss }) => loss));
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

test("what was learnt finds more than chance, in the median over seeds", () => {
  const seeds = Array.from({ length: 21 }, (_, seed) => seed);
  const [learnt, chance] = (["tpe", "random"] as const).map((kind) => seeds.map((seed) => bestOf(kind, seed, 96)));
  expect(median(learnt)).toBeLessThan(0.5 * median(chance));
  expect(seeds.filter((seed) => learnt[seed] < chance[seed]).length).toBeGreaterThan(14);
});

describe("proposals", () => {
  const space = readSpace(DEFAULT_SPACE);
  const loss = (options: Configuration): number => Number(options.rate);
  const run = (counts: readonly number[], seed = 0): Configuration[] => {
    const proposer = new Proposer(space, seed, "tpe");
    const seen: Observation[] = [];
    for (const count of counts) {
      const own = proposer.propose(count, seen);
      seen.push(...own.map((options) => ({ options, loss: loss(options) })));
    }
    return seen.map(({ options }) => options);
  };

  test("are the same after the same observations, and others with another seed", () => {
    expect(run([32, 32, 32])).toEqual(run([32, 32, 32]));
    expect(run([32], 1)).not.toEqual(run([32], 2));
  });

  test("come in blocks of one shape", () => {
    const shape = (options: Configuration): string => JSON.stringify(SHAPING.map((name) => options[name]));
    const found = run([4 * BLOCK]);
    for (let block = 0; block < 4; block++)
      expect(new Set(found.slice(block * BLOCK, (block + 1) * BLOCK).map(shape)).size).toBe(1);
    expect(new Set(found.map(shape)).size).toBe(4);
  });

  test("end where a space has no more, each of its values once", () => {
    const proposer = new Proposer(readSpace({ batch: [8, 16], activation: ["tanh", "relu", "gelu"] }), 0, "tpe");
    const found = proposer.propose(50, []).map((options) => JSON.stringify(options));
    expect(new Set(found).size).toBe(6);
    expect(found.length).toBe(6);
    expect(proposer.propose(1, [])).toEqual([]);
  });

  test("stay in the space, whatever was seen", () => {
    const proposer = new Proposer(readSpace(FREE), 5, "tpe");
    const corner: Configuration = { activation: "tanh", rate: 1, l2: 1e-6, dropout: 0 };
    const seen = Array.from({ length: 40 }, (_, i) => ({
      options: corner,
      loss: i < 20 ? i : Number.POSITIVE_INFINITY,
    }));
    for (const { rate = 0, l2 = 0, dropout = -1 } of proposer.propose(200, seen)) {
      expect(rate >= 1e-4 && rate <= 1).toBe(true);
      expect(l2 >= 1e-6 && l2 <= 1).toBe(true);
      expect(dropout >= 0 && dropout <= 0.9).toBe(true);
    }
  });
});
