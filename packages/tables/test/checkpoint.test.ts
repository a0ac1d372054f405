/** A training on a table that was interrupted anywhere goes on to the same model, also one of many networks on several threads. */
import { describe, expect, test } from "vitest";
import type { CheckpointStore } from "../src/checkpoint/store.ts";
import type { TrainTableOptions } from "../src/train-table.ts";
import { goesOn, memory, train } from "./support/kept.ts";

test("one network", async () => {
  await goesOn({ hidden: [6], epochs: 40 }, [0, 0.4, 0.7, 1]);
});

test("the default recipe", async () => {
  await goesOn({ workers: 1 }, [0.3, 0.8]);
});

test("what a signal ended goes on, and its epochs are told as before", async () => {
  const options = { hidden: [6], epochs: 60, batch: 16 } as const;
  const all: number[] = [];
  const whole = await train({ ...options, onEpoch: ({ loss }) => all.push(loss) });
  const { store, files } = memory();
  const controller = new AbortController();
  await train({
    ...options,
    signal: controller.signal,
    checkpoint: { store },
    onEpoch: ({ epoch }) => epoch === 7 && controller.abort("enough"),
  });
  expect([...files.keys()]).toEqual(["training.json", "network-0000.safetensors"]);
  const later: number[] = [];
  const on = await train({ ...options, checkpoint: { store, resume: true }, onEpoch: ({ loss }) => later.push(loss) });
  expect(on).toEqual(whole);
  expect(later).toEqual(all.slice(7));
});

test("time that had passed counts: a training whose time was over ends at once", async () => {
  const { store, history } = memory();
  const options = { hidden: [6], epochs: 1_000_000, patience: 1_000_000, time: 0.3 } as const;
  const ended = await train({ ...options, checkpoint: { store, every: 1e-3 } });
  const again = memory(history.at(-1));
  const epochs: number[] = [];
  const checkpoint = { store: again.store, resume: true };
  expect(await train({ ...options, checkpoint, onEpoch: ({ epoch }) => epochs.push(epoch) })).toEqual(ended);
  expect(epochs).toEqual([]);
});

describe("refuses", () => {
  test.each<[string, Partial<TrainTableOptions>, string]>([
    ["other options", { epochs: 31 }, "epochs (31 given, 30 kept)"],
    ["an option more", { epochs: 30, rate: 0.1 }, "rate (0.1 given, nothing kept)"],
    ["another seed", { epochs: 30, seed: 3 }, "seed (3 given, 2 kept)"],
    [
      "another program",
      { epochs: 30, checkpoint: { by: "b 2" } as never },
      "the checkpoint was made by a 1, this is b 2",
    ],
  ])("%s", async (_, options, message) => {
    const { store } = memory();
    await train({ hidden: [3], epochs: 30, checkpoint: { store, by: "a 1" } });
    const checkpoint = { store, resume: true, by: "a 1", ...options.checkpoint };
    await expect(train({ hidden: [3], ...options, checkpoint })).rejects.toThrow(message);
  });

  test("to begin where a training is kept, and to go on where none is", async () => {
    const { store } = memory();
    await expect(train({ hidden: [3], checkpoint: { store, resume: true } })).rejects.toThrow(
      "no training to go on with",
    );
    await train({ hidden: [3], epochs: 5, checkpoint: { store } });
    await expect(train({ hidden: [3], epochs: 5, checkpoint: { store } })).rejects.toThrow("a training that has ended");
  });

  test("misspelt options, and a store that fails", async () => {
    const { store } = memory();
    await expect(train({ hidden: [3], checkpoint: { stor: store } as never })).rejects.toThrow("did you mean 'store'?");
    await expect(train({ hidden: [3], checkpoint: { store, every: -1 } })).rejects.toThrow("every");
    const full: CheckpointStore = {
      ...store,
      write: async (name) => {
        if (name !== "training.json") throw new Error("no room");
      },
    };
    await expect(train({ hidden: [3], checkpoint: { store: full } })).rejects.toThrow("no room");
  });
});
