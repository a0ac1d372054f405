/** `train --checkpoint`: what was interrupted goes on to the same bytes, and what makes no sense is refused before any work. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { killed, TRAININGS, wholeTraining } from "./support/kills.ts";
import { BIN, DATA, emptyFolder, runCli } from "./support/run-cli.ts";

test.each(Object.keys(TRAININGS))("%s, killed at random moments, goes on to the same bytes", async (name) => {
  await killed(await wholeTraining(TRAININGS[name]), 2);
});

const cars = join(DATA, "cars.csv");
const SMALL = [cars, "--target", "miles_per_gallon", "--hidden", "4"];
const QUICK = [...SMALL, "--epochs", "20"];

const train = (cwd: string, ...args: string[]) =>
  runCli(["train", ...args, "--quiet", "--out", "m.safetensors"], { cwd });
const modelIn = (cwd: string): Buffer => readFileSync(join(cwd, "m.safetensors"));

/** Ends a training by a signal after its first epoch. */
function endedBy(signal: NodeJS.Signals, args: readonly string[], cwd: string): ReturnType<typeof runCli> {
  let isSent = false;
  return runCli(["train", ...args, "--out", "m.safetensors"], {
    cwd,
    onError(text, kill) {
      if (isSent || !text.includes("epoch ")) return;
      isSent = true; // a second one ends the process
      kill(signal);
    },
  });
}

/** More than anybody waits for. */
const ENDLESS = ["--epochs", "2000000", "--patience", "2000000"];

const ON = [...ENDLESS, "--checkpoint", "kept", "--resume"];

/** A folder with a training that was ended by a signal after its first epochs. */
async function interrupted(): Promise<string> {
  const cwd = emptyFolder();
  expect(await endedBy("SIGINT", [...SMALL, ...ENDLESS, "--checkpoint", "kept"], cwd)).toMatchObject({ status: 130 });
  return cwd;
}

test("what a signal ended is kept as it was when the signal came", async () => {
  const args = [...SMALL, "--epochs", "3000", "--patience", "3000"];
  const cwd = emptyFolder();
  const { stderr } = await endedBy("SIGTERM", [...args, "--checkpoint", "kept"], cwd);
  expect(stderr).toContain("stopping: the best model so far will be saved");
  expect(readdirSync(join(cwd, "kept")).sort()).toEqual(["network-0000.safetensors", "training.json"]);
  const on = await train(cwd, ...args, "--checkpoint", "kept", "--resume");
  expect(on).toMatchObject({ status: 0, stderr: "" });
  const other = emptyFolder();
  await train(other, ...args);
  expect(modelIn(cwd).equals(modelIn(other))).toBe(true);
});

test("what had ended makes the same model again, and says so", async () => {
  const cwd = emptyFolder();
  expect(await train(cwd, ...QUICK, "--checkpoint", "kept")).toMatchObject({ status: 0 });
  const model = modelIn(cwd);
  const { status, stderr } = await runCli(
    ["train", ...QUICK, "--checkpoint", "kept", "--resume", "--out", "m.safetensors"],
    {
      cwd,
    },
  );
  expect(status).toBe(0);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain("had ended: nothing is trained, and the same model is made again");
  expect(modelIn(cwd).equals(model)).toBe(true);
});

describe("refuses, before any work", () => {
  test("to begin where a training is kept", async () => {
    const cwd = await interrupted();
    const { status, stderr } = await train(cwd, ...QUICK, "--checkpoint", "kept");
    expect(status).toBe(2);
    expect(stderr).toBe(
      "chaingrad: --checkpoint: it holds a training that has not ended\n" +
        "Empty it or give another place to begin a new one; it goes on with: --resume.\n",
    );
  });

  test("to go on with other options, and says which; with another table", async () => {
    const cwd = await interrupted();
    const options = await train(cwd, ...SMALL.slice(0, 3), "--hidden", "5", "--lr", "0.1", ...ON);
    expect(options.status).toBe(2);
    expect(options.stderr).toContain("--hidden ([5] given, [4] kept); --lr (0.1 given, nothing kept)");
    const lines = readFileSync(cars, "utf8").split("\n");
    writeFileSync(join(cwd, "other.csv"), [...lines.slice(0, 9), ...lines.slice(10)].join("\n"));
    rmSync(join(cwd, "m.safetensors"));
    const table = await train(cwd, "other.csv", ...SMALL.slice(1), ...ON);
    expect(table.status).toBe(2);
    expect(table.stderr).toContain("the table is not the one that the training began with");
    expect(existsSync(join(cwd, "m.safetensors"))).toBe(false);
  });

  test("to go on with what is damaged, of another form, or of another network", async () => {
    const cwd = await interrupted();
    const refusal = async (): Promise<string> => {
      const { status, stderr } = await train(cwd, ...SMALL, ...ON);
      expect(status).toBe(2);
      return stderr;
    };
    const [state, run] = [join(cwd, "kept", "network-0000.safetensors"), join(cwd, "kept", "training.json")];
    const bytes = readFileSync(state);
    writeFileSync(state, bytes.subarray(0, bytes.length - 9));
    expect(await refusal()).toMatch(/'network-0000.safetensors' of the checkpoint cannot be used: .*cut short/s);
    writeFileSync(
      state,
      bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte)),
    );
    expect(await refusal()).toContain("it is not what was written");
    writeFileSync(
      state,
      bytes.toString("latin1").replaceAll('\\\\\\"units\\\\\\":4', '\\\\\\"units\\\\\\":5'),
      "latin1",
    );
    expect(await refusal()).toContain("it is not what was written");
    writeFileSync(state, bytes);
    const text = readFileSync(run, "utf8");
    writeFileSync(run, text.replace('"version":1', '"version":9'));
    expect(await refusal()).toContain("the checkpoint has version 9 of its form, this chaingrad has 1");
    writeFileSync(run, text.replace(/"by":"chaingrad [^"]*"/, '"by":"chaingrad 0.0.1"'));
    expect(await refusal()).toContain("the checkpoint was made by chaingrad 0.0.1, this is chaingrad ");
    writeFileSync(run, text.slice(0, 40));
    expect(await refusal()).toContain("'training.json' of the checkpoint cannot be used");
  });

  test.each([
    [["--every", "10s"], "--every needs a folder"],
    [["--resume"], "--resume needs a folder"],
    [["--checkpoint", "kept", "--every", "0"], "It must be a time > 0, as in 60s, 2m or 1h"],
    [["--checkpoint", "kept", "--every", "soon"], "It must be a time > 0, as in 60s, 2m or 1h"],
    [["--checkpoint", "kept", "--resume"], "'kept' holds no training to go on with"],
    [["--checkpoint", "photos"], "'photos' holds other things than a training ('cat.jpg')"],
    [["--checkpoint", "photos", "--resume"], "'photos' holds other things than a training ('cat.jpg')"],
    [["--checkpoint", "file"], "'file' is a file"],
    [["--checkpoint", "file/kept"], "the folder 'file/kept' cannot be used"],
  ])("%j", async (args, message) => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, "photos"));
    writeFileSync(join(cwd, "photos", "cat.jpg"), "a cat");
    writeFileSync(join(cwd, "file"), "");
    const { status, stderr } = await train(cwd, ...QUICK, ...args);
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
    expect(readdirSync(cwd).sort()).toEqual(["file", "photos"]);
  });

  test("a folder that another process uses, and takes over from one that is gone", async () => {
    const cwd = emptyFolder();
    const args = [...SMALL, ...ENDLESS, "--checkpoint", "kept", "--every", "1ms"];
    const child = spawn(process.execPath, [BIN, "train", ...args, "--quiet", "--out", "a.safetensors"], {
      cwd,
      stdio: "ignore",
    });
    await expect.poll(() => existsSync(join(cwd, "kept", "network-0000.safetensors")), { timeout: 60_000 }).toBe(true);
    const second = await train(cwd, ...args, "--resume");
    expect(second.status).toBe(2);
    expect(second.stderr).toContain(`'kept' is used by the process ${child.pid}`);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(join(cwd, "kept", "lock"))).toBe(true);
    const third = await endedBy("SIGINT", [...args, "--resume"], cwd);
    expect(third.status).toBe(130);
    expect(existsSync(join(cwd, "kept", "lock"))).toBe(false);
  });
});
