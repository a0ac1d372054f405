/** Emitted programs compute what the engine computes, in each language; and the small example is what a reader sees. */
import { beforeAll, describe, expect, test } from "vitest";
import { emit } from "../../src/emit/emit.ts";
import { exampleNetwork } from "../../src/net/example.ts";
import { CASES, expected } from "./cases.ts";
import { type Results, type Run, runC, runPython, runTypescript } from "./programs.ts";

const TOLERANCE = 1e-12;

describe.each<[string, Run]>([
  ["typescript", runTypescript],
  ["python", runPython],
  ["c", runC],
])("%s against the reference engine", (language, run) => {
  let all: Results[][] | undefined;
  beforeAll(async () => {
    all = await run(CASES);
  }, 120_000);

  test.each(CASES.map((one, i) => ({ ...one, i })))("$name", ({ opened, batches, i }) => {
    if (all === undefined) return; // the language is missing, which has been said
    batches.forEach((batch, which) => {
      const found = (all as Results[][])[i][which];
      const wanted = expected(opened, batch);
      // C fills outputs that its caller declares: they are in the prediction.
      const names = Object.keys(wanted).filter((name) => language !== "c" || name !== "outputs");
      expect(Object.keys(found).sort()).toEqual(names.sort());
      for (const name of names) expectClose(found[name], wanted[name], `${name} of ${batch.rows} rows`);
    });
  });
});

function expectClose(found: readonly number[], wanted: readonly number[], what: string): void {
  expect(found, what).toHaveLength(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  const distance = Math.max(...wanted.map((value, i) => Math.abs(value - found[i])));
  expect(distance, what).toBeLessThanOrEqual(TOLERANCE * Math.max(largest, 1e-3));
}

describe("the example, as it is read", () => {
  test.each([
    ["typescript", "example.ts.txt"],
    ["python", "example.py.txt"],
    ["c", "example.c.txt"],
  ] as const)("%s", async (language, file) => {
    await expect(emit(exampleNetwork, language, "training-step")).toMatchFileSnapshot(`snapshots/${file}`);
  });
});
