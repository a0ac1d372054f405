/**
 * Many small networks trained together, beside the same ones after each other and in a pool.
 *   node bench/together.js [--models 64] [--rows 300] [--epochs 40] [--runs 5] [--kernels native|wasm]
 * Medians of runs that take turns. Every way makes the same models, bit for bit, or the run ends.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { normalAt, fit as trainAlone, wasmEngine } from "@chaingrad/core";
import { openFitPool } from "@chaingrad/core/pool";
import { fitTogether } from "@chaingrad/core/together";
import { findKernels } from "@chaingrad/native";
import { median } from "./lib/numbers.js";

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "64" },
    rows: { type: "string", default: "300" },
    inputs: { type: "string", default: "20" },
    epochs: { type: "string", default: "40" },
    runs: { type: "string", default: "5" },
    kernels: { type: "string", default: "native" },
  },
});
const [models, rows, inputs, epochs, runs] = ["models", "rows", "inputs", "epochs", "runs"].map((name) =>
  Number(values[name]),
);

const network = {
  inputs,
  layers: [
    { units: 32, activation: "tanh" },
    { units: 16, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
};
const data = (count, stream) => {
  const x = Float64Array.from({ length: count * inputs }, (_, i) => normalAt([1, 2], stream, i));
  const y = Float64Array.from({ length: count }, (_, r) => Math.sin(x[r * inputs]) + x[r * inputs + 1] ** 2);
  return { x, y };
};
const all = { train: data(rows, 0), validation: data(Math.ceil(rows / 5), 1) };
const members = Array.from({ length: models }, (_, seed) => ({ seed, rate: 0.001 * 1.03 ** seed, l2: 0.002 }));
const shared = { loss: "mean-squared-error", epochs, batch: 32, metrics: {} };
const { metrics: _, ...plain } = shared;

const found = values.kernels === "native" ? await findKernels() : undefined;
const kernels = found && { kernels: found };
const engine = await wasmEngine({ ...kernels });
const one = await wasmEngine({ ...kernels, threads: 1 });

const ends = async (events) => {
  for await (const event of events) if (event.type === "end") return event.model.tensors;
};
const jointly = async (own) => {
  const found = [];
  for await (const event of fitTogether(network, all, members, { ...plain, engine: own }))
    if (event.type === "end") found[event.member] = event.model.tensors;
  return found;
};
const WAYS = {
  "after each other": async () => {
    const found = [];
    for (const member of members) found.push(await ends(trainAlone(network, all, { ...shared, ...member, engine })));
    return found;
  },
  "in a pool": async () => {
    const pool = openFitPool({ engine });
    const queued = members.map((member) => pool.fit(network, all, { ...shared, ...member }));
    const found = [];
    for (const own of queued) found.push(await ends(own));
    pool.close();
    return found;
  },
  "together, one thread": () => jointly(one),
  together: () => jointly(engine),
};

const times = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
let expected;
for (let run = -1; run < runs; run++) {
  for (const [name, way] of Object.entries(WAYS)) {
    const before = performance.now();
    const found = await way();
    if (run >= 0) times[name].push((performance.now() - before) / 1000);
    const text = JSON.stringify(found.map((tensors) => Object.values(tensors).map((values) => [...values])));
    expected ??= text;
    if (text !== expected) throw new Error(`${name}: other models`);
  }
}
console.log(
  `${models} networks ${[inputs, 32, 16, 1].join("-")}, ${rows} rows, ${epochs} epochs, ${engine.name}; ${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`,
);
const base = median(times["after each other"]);
for (const [name, own] of Object.entries(times))
  console.log(`${name.padEnd(22)} ${median(own).toFixed(3)} s  ${(base / median(own)).toFixed(2)} times as fast`);
process.exit(0);
