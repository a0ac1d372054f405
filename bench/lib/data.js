/**
 * One problem per net, the same for every entry: data and initial weights as raw little-endian files in a temporary
 * folder. Weights are stored [out, in], layer by layer: W1.f32, b1.f32, …; the table is x.f32 and y.i32.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Batches in the table; batch k of training is number k mod 4. */
export const BATCHES = 4;

/** Mulberry32: a small generator with a full period of 2³², uniform in (0, 1). */
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

/** Box and Muller: standard normal values. */
export function normal(random, length, deviation = 1) {
  return Float32Array.from(
    { length },
    () => deviation * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** Makes the files of a net in a folder of its own below `root`. */
export function writeProblem(root, { sizes, batch }, batches = BATCHES) {
  const dir = join(root, `${sizes.join("-")}-b${batch}`);
  mkdirSync(dir, { recursive: true });
  const random = uniform(20240607);
  const rows = batch * batches;
  const classes = sizes[sizes.length - 1];
  writeFileSync(join(dir, "x.f32"), normal(random, rows * sizes[0]));
  writeFileSync(
    join(dir, "y.i32"),
    Int32Array.from({ length: rows }, () => Math.floor(random() * classes)),
  );
  sizes.slice(1).forEach((out, i) => {
    writeFileSync(join(dir, `W${i + 1}.f32`), normal(random, out * sizes[i], Math.sqrt(2 / sizes[i])));
    writeFileSync(join(dir, `b${i + 1}.f32`), new Float32Array(out));
  });
  return dir;
}

/** A temporary folder that goes when the process does. */
export function temporaryFolder() {
  const root = mkdtempSync(join(tmpdir(), "chaingrad-bench-"));
  process.on("exit", () => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** The numbers of a file, little-endian as the machine. */
export const raw = (file, Type) => {
  const bytes = readFileSync(file);
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

/** Reads a problem back, for the entries written in JavaScript. */
export function readProblem(dir, sizes) {
  const layers = sizes.slice(1).map((_, i) => ({
    W: raw(join(dir, `W${i + 1}.f32`), Float32Array),
    b: raw(join(dir, `b${i + 1}.f32`), Float32Array),
  }));
  return { x: raw(join(dir, "x.f32"), Float32Array), y: raw(join(dir, "y.i32"), Int32Array), layers };
}

/** [rows, columns] → [columns, rows], for libraries that keep weights [in, out]. */
export function transposed(values, rows, columns) {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j];
  return result;
}
