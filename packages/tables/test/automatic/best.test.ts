/** Which kinds of networks the recipe "best" keeps, where some of them diverge. */
import { expect, test, vi } from "vitest";
import type * as recipes from "../../src/automatic/recipe.ts";
import { trainTable } from "../../src/train-table.ts";

type MemberRecipe = recipes.MemberRecipe;

const { members } = vi.hoisted(() => ({ members: [] as MemberRecipe[] }));
vi.mock("../../src/automatic/recipe.ts", async (original) => ({
  ...(await original<typeof recipes>()),
  membersOf: () => members,
}));

/** So many that an epoch has two steps: the first one has a rate of 0. */
const ROWS = 360;
const rows = Array.from({ length: ROWS }, (_, i) => {
  const [a, b] = [Math.sin(12.9898 * i), Math.cos(4.1414 * i)];
  return { a, b, y: 2 * a - b };
});

/** Each is known by its width. */
const member = (width: number, rate: number): MemberRecipe => ({
  ...{ units: width, bins: undefined, steps: 2, rate, dropout: 0, labelSmoothing: 0 },
});
const [DIVERGES, LEARNS, LAGS] = [member(3, 1e30), member(4, 0.07), member(5, 1e-6)];
/** Three rounds of five folds. */
const NETWORKS = 15;

test.each<[string, MemberRecipe[]]>([
  ["the first", [DIVERGES, LEARNS, LAGS]],
  ["the last", [LAGS, LEARNS, DIVERGES]],
  ["all but one", [DIVERGES, DIVERGES, LEARNS, DIVERGES]],
])(
  "one that learnt is kept where %s diverged",
  async (_, tried) => {
    members.splice(0, members.length, ...tried);
    const model = await trainTable(rows, { target: "y", recipe: "best", test: 0 });
    expect(model.model.network.layers[0].units).toBe(NETWORKS * LEARNS.units);
    expect(Number(model.model.metrics.validation.r2)).toBeGreaterThan(0.9);
  },
  120_000,
);

test("where all diverge that is an error", async () => {
  members.splice(0, members.length, DIVERGES, DIVERGES);
  await expect(trainTable(rows, { target: "y", recipe: "best", test: 0 }).then((model) => model)).rejects.toThrow(
    /no epoch gave a finite loss/,
  );
});
