/**
 * One problem per net, the same for every entry: a table of four batches, labels, and initial weights, stored [out, in]. Pure, so
 * that a page makes the same numbers as the files that processes read.
 */

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

/** `{ x, y, layers: [{ W, b }] }`: x is [rows, in] and W is [out, in], row-major. */
export function problemOf({ sizes, batch }, batches = BATCHES) {
  const random = uniform(20240607);
  const rows = batch * batches;
  const classes = sizes[sizes.length - 1];
  const x = normal(random, rows * sizes[0]);
  const y = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  const layers = sizes.slice(1).map((out, i) => ({
    W: normal(random, out * sizes[i], Math.sqrt(2 / sizes[i])),
    b: new Float32Array(out),
  }));
  return { x, y, layers };
}

/** [rows, columns] → [columns, rows], for libraries that keep weights [in, out]. */
export function transposed(values, rows, columns) {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j];
  return result;
}
