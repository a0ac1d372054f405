/**
 * The problems of the second-order section, the same for every entry: raw little-endian float64 files, x.f64 [rows, inputs],
 * y.f64 [rows], and for each seed the initial weights one after another, start1.f64: W1 [hidden, inputs], b1, W2, b2.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { raw } from "./data.js";
import { uniform } from "./problem.js";

/** Nets of one hidden tanh layer and a linear output, trained on the mean squared error of all rows. */
export const REGRESSIONS = {
  diabetes: { sizes: [10, 8, 1], targets: [0.4, 0.36, 0.32], seeds: 5, make: () => standardised("diabetes") },
  parity: { sizes: [8, 16, 1], targets: [0.1, 0.01], seeds: 7, make: parity },
};

/** Columns of a table in examples/data, the last apart. */
function table(name) {
  const file = new URL(`../../examples/data/${name}.csv`, import.meta.url);
  const [, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  const columns = rows[0].map((_, j) => rows.map((row) => row[j]));
  return { columns: columns.slice(0, -1), last: columns[columns.length - 1] };
}

/** Mean 0 and deviation 1; a constant column becomes zeros. */
function standardise(column) {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
  return column.map((value) => (value - mean) / (Math.sqrt(variance) || 1));
}

const byRows = (columns) => columns[0].flatMap((_, i) => columns.map((column) => column[i]));

function standardised(name) {
  const { columns, last } = table(name);
  return { x: byRows(columns.map(standardise)), y: standardise(last) };
}

/** All 256 words of eight bits as ±1, and the product of each. */
function parity() {
  const words = Array.from({ length: 256 }, (_, word) =>
    Array.from({ length: 8 }, (_, bit) => ((word >> bit) & 1 ? 1 : -1)),
  );
  return { x: words.flat(), y: words.map((word) => word.reduce((product, bit) => product * bit, 1)) };
}

/** How pixels, which are 0 to 16, may be scaled. */
const SCALES = { "0 to 1": (column) => column.map((value) => value / 16), standardised: standardise };

/** Rows and class labels of the digits. */
export function digits(scale) {
  const { columns, last } = table("digits");
  return { x: Float64Array.from(byRows(columns.map(SCALES[scale]))), y: Int32Array.from(last) };
}

/** Glorot and Bengio's uniform weights, and biases alike, as scikit-learn draws them. */
function start(sizes, seed) {
  const random = uniform(7919 * seed);
  return sizes.slice(1).flatMap((out, i) => {
    const limit = Math.sqrt(6 / (sizes[i] + out));
    return Array.from({ length: (sizes[i] + 1) * out }, () => limit * (2 * random() - 1));
  });
}

/** Makes the files of a problem in a folder of its own below `root`. */
export function writeRegression(root, name) {
  const { sizes, seeds, make } = REGRESSIONS[name];
  const dir = join(root, name);
  mkdirSync(dir, { recursive: true });
  const write = (file, values) => writeFileSync(join(dir, `${file}.f64`), Float64Array.from(values));
  const { x, y } = make();
  write("x", x);
  write("y", y);
  for (let seed = 1; seed <= seeds; seed++) write(`start${seed}`, start(sizes, seed));
  return dir;
}

/** Reads a problem back, for the entries written in JavaScript. */
export function readRegression(dir, [inputs, hidden, outputs], seed) {
  const flat = raw(join(dir, `start${seed}.f64`), Float64Array);
  const sizes = { W1: hidden * inputs, b1: hidden, W2: outputs * hidden, b2: outputs };
  let at = 0;
  const initial = {};
  for (const [name, size] of Object.entries(sizes)) {
    initial[name] = flat.slice(at, at + size);
    at += size;
  }
  return { x: raw(join(dir, "x.f64"), Float64Array), y: raw(join(dir, "y.f64"), Float64Array), initial };
}
