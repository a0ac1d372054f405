/** What TensorBoard's own reader finds in a file of ours. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { beginningRecord, scalarsRecord } from "../../src/training-log/tensorboard.ts";

const PYTHON = process.env.TENSORBOARD_PYTHON ?? "python3";
const HINT = "TensorBoard's reader: pip install tensorboard (TENSORBOARD_PYTHON names a Python that has it)";

function has(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import tensorboard.backend.event_processing"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn(`skipped, for want of ${HINT}`);
    return false;
  }
}

const READER = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
read = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
read.Reload()
tags = read.Tags()["scalars"]
print(json.dumps({tag: [[e.wall_time, e.step, e.value] for e in read.Scalars(tag)] for tag in tags}))
`;

test.skipIf(!has())("TensorBoard reads every scalar, by its tag, step and time", () => {
  const folder = mkdtempSync(join(tmpdir(), "chaingrad-test-"));
  const steps = Array.from({ length: 700 }, (_, i) => ({
    ...{ step: i + 1, seconds: 1.7e9 + i / 8 },
    scalars: { "loss/training": 1 / (i + 1), "metrics/λ² of 'y'": i, rate: 0.25 },
  }));
  const records = steps.map(({ step, scalars, seconds }) => scalarsRecord(step, scalars, seconds));
  writeFileSync(join(folder, "events.out.tfevents.1.chaingrad"), Buffer.concat([beginningRecord(1.7e9), ...records]));
  const found = JSON.parse(execFileSync(PYTHON, ["-c", READER, folder], { encoding: "utf8" }));
  const expected = (tag: string) =>
    steps.map(({ step, seconds, scalars }) => [seconds, step, Math.fround((scalars as Record<string, number>)[tag])]);
  expect(Object.keys(found).sort()).toEqual(["loss/training", "metrics/λ² of 'y'", "rate"]);
  for (const tag of Object.keys(found)) expect(found[tag]).toEqual(expected(tag));
});
