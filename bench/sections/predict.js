/** Prediction alone: how long one row takes, and how many rows a second go through in batches of 1024. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { writeProblem } from "../lib/data.js";
import { pythonEntry, THREADS } from "../lib/entries.js";
import { Entry } from "../lib/entry.js";
import { netName } from "../lib/nets.js";
import { median, pause } from "../lib/numbers.js";

const MANY = 1024;
const ROUNDS = 5;

/** Outputs that differ by more than this are not the same function. */
const TOLERANCE = 1e-3;

const onnx = (threads) => ({
  name: `onnxruntime ×${threads}`,
  command: [process.execPath, fileURLToPath(new URL("../peers/onnx.js", import.meta.url)), String(threads)],
});

export async function measurePredict(context) {
  const rows = [];
  for (const net of context.nets) {
    context.log(`predict, ${netName(net)}`);
    // One batch of the largest size that is asked for, whatever the net trains with.
    const dir = writeProblem(context.root, { ...net, batch: MANY }, 1);
    const specs = [...context.ours, ...(writeOnnx(context, dir, net) ? [onnx(1), onnx(THREADS)] : [])];
    rows.push(...(await measureNet(net, dir, specs, context)));
  }
  return rows;
}

function writeOnnx({ python, node, log }, dir, { sizes }) {
  if (python === undefined || !node) return false;
  const [command, ...args] = pythonEntry(python, "", "make_onnx.py", [dir, ...sizes.map(String)]).command;
  try {
    execFileSync(command, args, { stdio: "pipe" });
    return true;
  } catch (error) {
    log(`  no .onnx file: ${String(error.stderr).trim().split("\n").pop()}`);
    return false;
  }
}

async function measureNet(net, dir, specs, context) {
  const live = specs.map((spec) => ({ name: spec.name, entry: new Entry(spec), one: [], many: [] }));
  const ask = (run, batch, calls) => run.entry.ask({ cmd: "predict", dir, sizes: net.sizes, batch, calls });
  for (let round = 0; round < ROUNDS; round++) {
    for (const run of live) {
      if (run.failed !== undefined) continue;
      await pause(context.pause);
      try {
        run.one.push(await ask(run, 1, 1000));
        run.many.push(await ask(run, MANY, 20));
      } catch (error) {
        run.failed = error.message;
        context.log(`  ${run.name}: skipped: ${error.message}`);
      }
    }
  }
  for (const { entry } of live) entry.close();
  const measured = live.filter(({ failed }) => failed === undefined);
  return measured.map(({ name, one, many }) => {
    const p50 = median(one.map((run) => run.p50));
    const p99 = median(one.map((run) => run.p99));
    const rowsPerSecond = (MANY * 1e6) / median(many.map((run) => run.p50));
    const agrees = [one, many].every((runs, i) =>
      close(runs[0].outputs, (i === 0 ? measured[0].one : measured[0].many)[0].outputs),
    );
    return { net: netName(net), name, version: one[0].version, p50, p99, rowsPerSecond, agrees };
  });
}

function close(a, b) {
  const scale = Math.max(...b.map(Math.abs));
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) <= TOLERANCE * scale);
}
