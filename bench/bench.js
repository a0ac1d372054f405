/**
 * Our training step against other libraries, on the same data, weights and batches, each library in its best form.
 * node bench/bench.js [--quick] [--json FILE] [--nets 1,2] [--only steps,gemm,size,memory,startup,rows,predict,second-order,bf16]
 *   [--processes 30]
 * A full run writes bench/RESULTS.md and bench/cost.svg and takes about half an hour, --quick about one and a half, once
 * the peers are installed. Run it on a quiet machine: one that drifts is told of. `node bench/bench.js --only steps --nets 1,2`
 * shows part of it. With `--processes 30` ours runs each net's steps in 30 fresh processes, beside the floor of this machine.
 * `bf16` is asked for by name alone: products of bf16, ours and PyTorch's, beside nothing of f32.
 */
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Calibration } from "./lib/calibration.js";
import { temporaryFolder } from "./lib/data.js";
import { bf16, LEFT_OUT, ours, peers, THREADS } from "./lib/entries.js";
import { nodePeers, pythonPeers } from "./lib/install.js";
import { machine } from "./lib/machine.js";
import { NETS } from "./lib/nets.js";
import { print } from "./report/print.js";
import { render } from "./report/results.js";
import { measureFloors } from "./sections/floor.js";
import { measureGemm, peak } from "./sections/gemm.js";
import { measurePredict } from "./sections/predict.js";
import { measureProcesses } from "./sections/processes.js";
import { measureRows } from "./sections/rows.js";
import { measureSecondOrder } from "./sections/second-order.js";
import { measureSize } from "./sections/size.js";
import { measureStartup } from "./sections/startup.js";
import { measureSteps } from "./sections/steps.js";

const SECTIONS = ["steps", "gemm", "size", "memory", "startup", "rows", "predict", "second-order"];
const QUICK = ["steps", "gemm"];
const FEWEST_PROCESSES = 2;
/** Part of no whole run. */
const ASKED = ["bf16"];

function options() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      nets: { type: "string", default: NETS.map((_, i) => i + 1).join() },
      only: { type: "string" },
      processes: { type: "string" },
    },
  });
  const usual = values.processes !== undefined ? ["gemm"] : values.quick ? QUICK : SECTIONS;
  const sections = values.only?.split(",") ?? usual;
  const known = [...SECTIONS, ...ASKED];
  const unknown = sections.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--only: there is no '${unknown}', only ${known.join(", ")}`);
  const nets = values.nets.split(",").map((number) => NETS[number - 1]);
  if (nets.includes(undefined)) throw new Error(`--nets: numbers from 1 to ${NETS.length}, got '${values.nets}'`);
  const processes = Number(values.processes ?? FEWEST_PROCESSES);
  if (!Number.isInteger(processes) || processes < FEWEST_PROCESSES)
    throw new Error(`--processes: a whole number from ${FEWEST_PROCESSES} on, got '${values.processes}'`);
  return { quick: values.quick, json: values.json, sections, nets, ...(values.processes && { processes }) };
}

function log(text) {
  process.stderr.write(`${text}\n`);
}

/** The options, or a line about what is wrong with them. */
function understood() {
  try {
    return options();
  } catch (error) {
    log(error.message);
    process.exit(2);
  }
}

const PACE = {
  quick: { rounds: 3, seconds: 0.1, pause: 20, copying: { seconds: 0.1, repeats: 2 } },
  full: { rounds: 5, seconds: 0.4, pause: 150, copying: {} },
};

async function contextOf({ quick, nets, processes }) {
  const root = temporaryFolder();
  const [forPython, forNode] = [await pythonPeers(log), await nodePeers(log)];
  const { python } = forPython;
  const node = forNode.ready;
  const cache = join(root, "compiled");
  const entries = [...ours(), ...peers({ python, node, cache })];
  const missing = [...forPython.missing, ...forNode.missing];
  const pace = quick ? PACE.quick : PACE.full;
  const calibration = new Calibration();
  const chosen = { root, cache, quick, nets, processes, calibration, ...pace };
  return { ...chosen, python, node, entries, ours: ours(), missing, threads: THREADS, log };
}

const { json, sections, ...chosen } = understood();
const started = new Date();
const [load] = loadavg();
if (load > 0.5) log(`something else runs on this machine (load ${load.toFixed(1)}): expect numbers that are off`);
const context = await contextOf(chosen);
const wanted = (name) => sections.includes(name);

const rows = wanted("steps") || wanted("memory") ? await measureSteps(context) : [];
if (wanted("bf16")) rows.push(...(await measureBf16()));
const gemm = wanted("gemm") ? await measureGemm(context) : undefined;
const floors = gemm && (rows.length > 0 || context.processes) ? await measureFloors(context, gemm) : undefined;
const processes = context.processes ? await measureProcesses(context) : undefined;
const size = wanted("size") ? await measureSize(context, peak(gemm)) : undefined;
const startup = wanted("startup") ? await measureStartup(context) : undefined;
const manyRows = wanted("rows") ? measureRows(context) : undefined;
const predict = wanted("predict") ? await measurePredict(context) : undefined;
const secondOrder = wanted("second-order") ? await measureSecondOrder(context) : undefined;

const drift = context.calibration.drift();
const measured = { rows, gemm, floors, processes, drift, size, startup, manyRows, predict, secondOrder };
const results = { ...measured, machine: machine(measured, context.python) };
const command = [
  "node bench/bench.js",
  ...process.argv.slice(2).filter((word) => ![json, "--json"].includes(word)),
].join(" ");
const notes = { started, load, command, sections, leftOut: LEFT_OUT, missing: context.missing, threads: THREADS };
print(results, notes);
if (json !== undefined) {
  writeFileSync(
    json,
    `${JSON.stringify({ rows, floors, processes, drift, secondOrder, machine: results.machine }, undefined, 2)}\n`,
  );
}
await record(results, notes);
process.exit(0);

/** Rows of their own: what rounds is not compared with what does not. */
async function measureBf16() {
  const { python, cache, ...others } = context;
  const rounded = await measureSteps({ ...others, entries: bf16({ python, cache }), tolerance: 2e-2 });
  return rounded.map((row) => ({ ...row, net: `${row.net}, products in bf16` }));
}

/** A whole run leaves a record. Part of one is shown, and does not replace it. */
async function record(results, notes) {
  const whole = !context.quick && !context.processes && context.nets.length === NETS.length && SECTIONS.every(wanted);
  if (!whole) {
    if (!context.quick && !context.processes) console.log(`\n${render(results, notes)}`);
    return;
  }
  if (context.node) {
    const { costChart } = await import("./peers/chart.js");
    writeFileSync(new URL("cost.svg", import.meta.url), costChart(results.size));
  }
  writeFileSync(new URL("RESULTS.md", import.meta.url), render(results, { ...notes, chart: context.node }));
}
