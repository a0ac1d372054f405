/** Searches of small tables: what they find, what a log brings back, and what is refused before any work. */
import { wasmEngine } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { beforeAll, describe, expect, test } from "vitest";
import { readModel, type TableModelData, writeModel } from "../../src/model/model-file.ts";
import type { SearchTrial } from "../../src/search/log.ts";
import { type Search, type SearchEvent, type SearchTableOptions, searchTable } from "../../src/search/search-table.ts";
import { trainTable } from "../../src/train-table.ts";

/** Amounts that bend with one column and differ by another. */
const rows = Array.from({ length: 120 }, (_, i) => {
  const size = 30 + ((i * 37) % 101);
  const district = ["north", "south", "east"][(i * 7) % 3];
  return { size, district, price: Math.round(900 * size + 4 * size ** 2 + (district === "east" ? 30_000 : 0)) };
});

let engine: Awaited<ReturnType<typeof wasmEngine>>;
beforeAll(async () => {
  engine = await wasmEngine({ threads: 1 });
});

const SPACE = { hidden: [[8], [6, 4]], rate: { from: 1e-3, to: 0.3, scale: "log" }, l2: [0, 0.01] };

async function search(options: Partial<SearchTableOptions> = {}, stopAfter = Number.POSITIVE_INFINITY) {
  const told: SearchEvent[] = [];
  let log = "";
  const given = {
    ...{ target: "price", space: SPACE, budget: { trials: 40 }, epochs: 135, patience: 20, compare: false },
    ...{ engine, ...options },
  } as const;
  const events = searchTable(rows, given as SearchTableOptions<"price">);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { told, log, found: value as Search };
    told.push(value);
    if (value.type === "start") log = value.log;
    if (value.type === "trial") log += value.log;
    if (log.split("\n").length - 1 > stopAfter) {
      await events.return(undefined as never);
      return { told, log, found: undefined as never };
    }
  }
}

const trialsOf = (log: string) =>
  log
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const { seconds: _, ...trial } = JSON.parse(line) as SearchTrial;
      return JSON.stringify(trial, Object.keys(trial).sort().concat("hidden", "rate", "l2"));
    })
    .sort();

describe("a search", () => {
  test("trains the best of its trials as trainTable does, to the same bytes", async () => {
    const { found, told } = await search();
    const { best, trials, recipe } = found;
    expect(found.stopped).toBe("trials");
    expect(new Set(trials.map(({ trial }) => trial)).size).toBe(40);
    expect(Math.min(...trials.map(({ loss }) => loss ?? Number.POSITIVE_INFINITY))).toBe(best.loss);
    // It may go on to more epochs than the trial had.
    expect(found.found.trained.end.bestLoss).toBeLessThanOrEqual(best.loss as number);
    const { hidden, rate, l2, epochs, patience } = recipe;
    const model = await trainTable(rows, { target: "price", engine, hidden, rate, l2, epochs, patience });
    expect(Buffer.from(writeModel(found.found.judged.model)).equals(Buffer.from(model.save()))).toBe(true);
    expect(told.filter(({ type }) => type === "training").length).toBe(1);
    const rungs = new Map<number, number>();
    for (const { rung } of trials) rungs.set(rung, (rungs.get(rung) ?? 0) + 1);
    expect(found.rungs).toEqual([45, 135]);
    expect(rungs.get(0)).toBe(40);
    // A third, and those that were among the best third before better ones came.
    expect(rungs.get(1)).toBeGreaterThanOrEqual(13);
  });

  test("that was killed goes on to what it would have done, wherever it was", async () => {
    const whole = await search();
    const lines = whole.log.split("\n");
    for (const kept of [0, 1, 20, 45, lines.length - 1]) {
      const cut = kept === 0 ? lines[0].slice(0, 30) : `${lines.slice(0, kept).join("\n")}\n${lines[kept].slice(0, 9)}`;
      const again = await search({ log: cut });
      expect(again.told[0]).toMatchObject({ type: "start", known: { length: Math.max(0, kept - 1) } });
      expect(trialsOf(again.log)).toEqual(trialsOf(whole.log));
      expect(again.found.best.trial).toBe(whole.found.best.trial);
      expect(again.found.trials.length).toBe(whole.found.trials.length);
    }
  });

  test("that may have more trials goes on with those that it has", async () => {
    const few = await search({ budget: { trials: 20 } });
    const more = await search({ log: few.log });
    const whole = await search();
    const first = (log: string) => trialsOf(log).filter((line) => line.includes('"rung":0'));
    expect(first(more.log)).toEqual(first(whole.log));
  });

  test("ends where its space has no more, or its time is over, or somebody ends it", async () => {
    const { found } = await search({ space: { batch: [8, 16, 32], l2: [0, 0.1] }, budget: { seconds: 600 } });
    expect(found.stopped).toBe("space");
    expect(new Set(found.trials.map(({ trial }) => trial)).size).toBe(6);
    const timed = await search({ budget: { seconds: 1.5 } });
    expect(timed.found.stopped).toBe("time");
    const controller = new AbortController();
    const events = searchTable(rows, { target: "price", engine, signal: controller.signal, budget: { seconds: 600 } });
    for (;;) {
      const { done, value } = await events.next();
      if (!done && value.type === "trial") controller.abort();
      if (done) {
        expect(value.stopped).toBe("aborted");
        expect(value.beside).toBeUndefined();
        break;
      }
    }
  });

  test("has the default recipe beside it, on the same test rows", async () => {
    const { found } = await search({ compare: true, budget: { trials: 8 } });
    expect(found.beside?.trained.networks).toBeGreaterThan(1);
    const test = (of: Search["found"] | undefined) => of?.judged.evaluations.test?.scores.rmse;
    expect(test(found.beside)).toBeGreaterThan(0);
    expect(test(found.beside)).not.toBe(test(found.found));
    const model = readModel((await trainTable(rows, { target: "price", engine })).save()) as TableModelData;
    expect(model.metrics.test?.rmse).toBe(test(found.beside));
  });

  test("of trials that diverge takes those that do not", async () => {
    const { found } = await search({ space: { rate: [0.01, 1e30], optimizer: "sgd" }, budget: { trials: 9 } });
    expect(found.best.options.rate).toBe(0.01);
    expect(found.trials.some(({ stopped, loss }) => stopped === "diverged" || (loss ?? 0) > 1e3)).toBe(true);
  });
});

describe("what makes no sense is refused before any work", () => {
  const log = async () => (await search({ budget: { trials: 2 } })).log;

  test.each<[string, Partial<SearchTableOptions>]>([
    ["budget: trials must be a whole number ≥ 1, got 0", { budget: { trials: 0 } }],
    ["budget: seconds must be a number > 0, got 0", { budget: { seconds: 0 } }],
    ["budget: give seconds, a number of trials, or both", { budget: {} }],
    ["budget has no option 'second'; did you mean 'seconds'?", { budget: { second: 1 } as object }],
    ["searchTable has no option 'hidden'", { hidden: [3] } as object],
    ["no column 'prize'", { target: "prize" }],
    ["there are no validation rows", { validation: 0 }],
    ["epochs must be a whole number ≥ 1", { epochs: 0 }],
    ["proposals 'grid' is not known", { proposals: "grid" as "tpe" }],
    ["space: it names no option", { space: {} }],
    ["log: line 1 is no JSON", { log: "{oops\n" }],
    ["log: its first line says of no search what it is of", { log: '{"a":1}\n' }],
  ])("%s", async (message, options) => {
    await expect(search(options)).rejects.toThrow(message);
  });

  test("a log of another search", async () => {
    const own = await log();
    const refused = async (text: string, options: Partial<SearchTableOptions> = {}) =>
      search({ budget: { trials: 2 }, log: text, ...options }).then(
        () => undefined,
        (error: unknown) => error as UserError,
      );
    for (const [message, options] of [
      ["its trials have another seed: 0, not 1", { seed: 1 }],
      ["its trials are of other rows", { drop: ["district"] }],
      ["its trials are of another space", { space: { rate: true } }],
      ["its trials have another number of epochs: 135, not 136", { epochs: 136 }],
      ["its trials are of another target", { target: "size" }],
    ] as const) {
      const error = await refused(own, options.seed === 1 ? { ...options, split: { rows: {} } } : options);
      expect(error).toBeInstanceOf(UserError);
      expect(error?.option).toBe("log");
      if (options.seed !== 1) expect(error?.message).toContain(message);
    }
    const other = own.replace(/"rate":(?=\d)/g, '"rate":9');
    expect((await refused(other))?.message).toMatch(/trial 0 is not one of this search/);
    const damaged = own.replace('"rung":0', '"rung":-1');
    expect((await refused(damaged))?.message).toMatch(/line 2 is no trial/);
  });
});
