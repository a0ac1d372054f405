/** Products of matrices on an engine, in float64. */
import { input, matmul, program, type SyncEngine } from "@chaingrad/core";

/** AᵀA [n, n], or AAᵀ, of A [rows, n]. */
export function gram(engine: SyncEngine, a: Float64Array, n: number, isTransposedFirst: boolean): Float64Array {
  const given = input("a", [a.length / n, n], "f64");
  const product = matmul(given, given, isTransposedFirst ? { transposeA: true } : { transposeB: true });
  const executable = engine.compile(program("gram", [given], { product }));
  executable.write("a", a);
  executable.run();
  return executable.read("product") as Float64Array;
}

/** A Bᵀ of A [rows, n] and B [others, n]. */
export function timesTransposed(engine: SyncEngine, a: Float64Array, b: Float64Array, n: number): Float64Array {
  const left = input("a", [a.length / n, n], "f64");
  const right = input("b", [b.length / n, n], "f64");
  const product = matmul(left, right, { transposeB: true });
  const executable = engine.compile(program("product", [left, right], { product }));
  executable.write("a", a);
  executable.write("b", b);
  executable.run();
  return executable.read("product") as Float64Array;
}
