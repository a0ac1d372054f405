/** One large product on one of our engines, compiled as any program is. */
import { input, matmul, program } from "@chaingrad/core";

const ROUNDS = 3;

/** GFLOP/s of m×k by k×n in f32: the best of a few rounds, the first of which warms up. */
export function gemmSpeed(engine, { m, n, k }) {
  const [a, b] = [input("a", [m, k], "f32"), input("b", [k, n], "f32")];
  const executable = engine.compile(program("product", [a, b], { c: matmul(a, b) }));
  for (const [name, length] of Object.entries({ a: m * k, b: k * n })) {
    executable.write(
      name,
      Float32Array.from({ length }, (_, i) => Math.sin(i)),
    );
  }
  const seconds = Array.from({ length: ROUNDS }, () => {
    const before = performance.now();
    executable.run();
    return (performance.now() - before) / 1000;
  });
  return (2 * m * n * k) / Math.min(...seconds.slice(1)) / 1e9;
}
