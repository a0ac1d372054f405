/** Trainings that are kept in memory, and what the memory held after each write. */
import { expect } from "vitest";
import type { CheckpointStore } from "../../src/checkpoint/store.ts";
import { type TrainTableOptions, trainTable } from "../../src/train-table.ts";

const rows = Array.from({ length: 120 }, (_, i) => ({
  size: 40 + ((37 * i) % 90),
  district: ["north", "south", "west"][i % 3],
  price: 2000 * (40 + ((37 * i) % 90)) + 3000 * (i % 3) + ((i * i) % 17),
}));

/** In memory; what it held after each write. */
export function memory(held: ReadonlyMap<string, Uint8Array> = new Map()) {
  const files = new Map(held);
  const history: ReadonlyMap<string, Uint8Array>[] = [];
  const store: CheckpointStore = {
    names: async () => [...files.keys()],
    read: async (name) => files.get(name) as Uint8Array,
    write: async (name, bytes) => {
      files.set(name, bytes);
      history.push(new Map(files));
    },
  };
  return { store, history, files };
}

export const train = async (options: Partial<TrainTableOptions>): Promise<Uint8Array> => {
  const model = await trainTable(rows, { target: "price", seed: 2, ...options } as TrainTableOptions<"price">);
  return model.save();
};

/** Kept as it goes, it is as it would be by itself; and so it is when it goes on from what was there at some of the writes. */
export async function goesOn(options: Partial<TrainTableOptions>, shares: readonly number[]): Promise<void> {
  const whole = await train(options);
  const { store, history } = memory();
  expect(await train({ ...options, checkpoint: { store, every: 1e-3 } })).toEqual(whole);
  expect([...(history.at(-1)?.keys() ?? [])].at(-1)).toBe("ended.json");
  for (const share of shares) {
    const again = memory(history[Math.floor(share * (history.length - 1))]);
    expect(await train({ ...options, checkpoint: { store: again.store, every: 1e-3, resume: true } })).toEqual(whole);
  }
}
