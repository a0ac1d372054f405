/**
 * The problems of problem.js, for entries in any language: data and initial weights as raw little-endian files in a temporary
 * folder. Weights are stored [out, in], layer by layer: W1.f32, b1.f32, …; the table is x.f32 and y.i32.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BATCHES, problemOf } from "./problem.js";

/** Makes the files of a net in a folder of its own below `root`. */
export function writeProblem(root, { sizes, batch }, batches = BATCHES) {
  const dir = join(root, `${sizes.join("-")}-b${batch}`);
  mkdirSync(dir, { recursive: true });
  const { x, y, layers } = problemOf({ sizes, batch }, batches);
  writeFileSync(join(dir, "x.f32"), x);
  writeFileSync(join(dir, "y.i32"), y);
  layers.forEach(({ W, b }, i) => {
    writeFileSync(join(dir, `W${i + 1}.f32`), W);
    writeFileSync(join(dir, `b${i + 1}.f32`), b);
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
