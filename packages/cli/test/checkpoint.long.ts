/** 200 kills of trainings, and 200 of what overwrites a model. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { killed, TRAININGS, wholeTraining } from "./support/kills.ts";
import { emptyFolder } from "./support/run-cli.ts";

const KILLS = 50;

describe("a training that is killed at random moments goes on to the same bytes", () => {
  test.each(Object.keys(TRAININGS))(
    `%s, ${KILLS} times`,
    async (name) => {
      const whole = await wholeTraining(TRAININGS[name]);
      let [kills, ends] = [0, 0];
      while (kills < KILLS) {
        kills += await killed(whole, Math.min(KILLS - kills, 1 + (ends % 3)));
        ends++;
      }
      console.log(`${name}: ${kills} kills, ${ends} trainings went on to their end, all to the same bytes`);
    },
    1_800_000,
  );
});

test("a model that is overwritten is the old or the new one, at each of 200 kills", async () => {
  const cwd = emptyFolder();
  const path = join(cwd, "model.safetensors");
  const models = [1, 2].map((value) => Buffer.alloc(3_000_000, value));
  writeFileSync(path, models[0]);
  const code = `
    import { assertWritable, writeFileAtomically } from ${JSON.stringify(resolve(import.meta.dirname, "../../duckdb/dist/files.js"))};
    const models = [1, 2].map((value) => Buffer.alloc(3_000_000, value));
    await assertWritable(${JSON.stringify(path)}); // takes away what those before left
    console.log("begun");
    for (let i = 0; ; i++) await writeFileAtomically(${JSON.stringify(path)}, models[i % 2]);
  `;
  const found = [0, 0];
  for (let kill = 0; kill < 200; kill++) {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd });
    await once(child.stdout, "data");
    const ended = once(child, "exit");
    setTimeout(() => child.kill("SIGKILL"), 60 * Math.random());
    await ended;
    const which = models.findIndex((model) => model.equals(readFileSync(path)));
    expect(which).toBeGreaterThanOrEqual(0);
    found[which]++;
  }
  console.log(`200 kills: ${found[0]} times the one model, ${found[1]} times the other, never anything else`);
  expect(Math.min(...found)).toBeGreaterThan(0);
}, 1_800_000);
