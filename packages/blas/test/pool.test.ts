/** Networks beside each other with the system's library: every thread has it, and prefers the same. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FitEvent, losses, optimizers, type SyncEngine, wasmEngine } from "@chaingrad/core";
import { minimizers } from "@chaingrad/core/curvature";
import { openFitPool, type QueuedFit, type QueuedOptions } from "@chaingrad/core/pool";
import { describe, expect, test, vi } from "vitest";
import { type Blas, findBlas } from "../src/index.ts";
import { systemBlas } from "./system.ts";

const isThere = (await systemBlas()) !== undefined;
const found = async (cache: string | null): Promise<Blas> => (await findBlas({ cache })) as Blas;
const newFolder = (): string => mkdtempSync(join(tmpdir(), "chaingrad-test-"));

const [ROWS, INPUTS, UNITS] = [192, 40, 96];
const x = Float64Array.from({ length: ROWS * INPUTS }, (_, i) => Math.sin(12.9898 * i));
const y = Float64Array.from({ length: ROWS }, (_, row) => x[row * INPUTS] + x[row * INPUTS + 1] ** 2);
const options: Record<string, QueuedOptions> = {
  adam: { loss: losses.huber(), optimizer: optimizers.adam({ beta2: 0.95 }), epochs: 4, batch: 64 },
  "levenberg-marquardt": { loss: "mean-squared-error", optimizer: minimizers["levenberg-marquardt"](), epochs: 2 },
};

async function train(engine: SyncEngine, workers: number, options: QueuedOptions, units: number) {
  const network = {
    inputs: INPUTS,
    layers: [
      { units, activation: "tanh" },
      { units: 1, activation: "identity" },
    ],
  } as const;
  const pool = openFitPool({ engine, workers });
  const fits = [0, 1].map((seed) => pool.fit(network, { train: { x, y } }, { ...options, seed }));
  if (workers > 0) await begun(fits);
  const events: unknown[] = [];
  for (const fit of fits)
    for await (const event of fit) events.push({ ...(event as FitEvent), seconds: 0, describePlan: undefined });
  pool.close();
  return events;
}
const begun = (fits: readonly QueuedFit[]): Promise<void> =>
  vi.waitFor(() => expect(fits.every(({ hasStarted }) => hasStarted)).toBe(true), { timeout: 60_000, interval: 5 });

describe.skipIf(!isThere)("the system's library", () => {
  test.each([
    ["adam", UNITS],
    ["levenberg-marquardt", 4],
  ])(
    "%s gives the same bits in this thread and in others, on an engine of any number of threads",
    async (name, units) => {
      const gemm = await found(newFolder());
      const expected = await train(await wasmEngine({ gemm, threads: 2 }), 0, options[name], units);
      expect(expected.at(-1)).toMatchObject({ type: "end", threads: 1 });
      expect(await train(await wasmEngine({ gemm }), 2, options[name], units)).toEqual(expected);
    },
  );

  test("stays in this thread where what it prefers is not kept, or was changed", async () => {
    const kept = await found(newFolder());
    for (const gemm of [await found(null), { ...kept, prefers: () => 0 }]) {
      const engine = await wasmEngine({ gemm });
      const network = { inputs: INPUTS, layers: [{ units: 1, activation: "identity" }] } as const;
      const pool = openFitPool({ engine, workers: 1 });
      const fit = pool.fit(network, { train: { x, y } }, options.adam);
      for await (const event of fit) if (event.type === "start") expect(event.engine).toContain(kept.library);
      expect(gemm.provider?.()).toBeUndefined();
      pool.close();
    }
    expect(kept.provider?.()?.module).toMatch(/provide\.js$/);
  });
});
