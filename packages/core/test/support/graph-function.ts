/** A graph as a plain function of arrays (by the reference engine), and its numerical derivative. */
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";

export type ArrayFunction = (values: readonly ArrayLike<number>[]) => Float64Array[];

/** outputs = f(inputs) */
export function graphFunction(inputs: readonly Expr[], outputs: readonly Expr[]): ArrayFunction {
  const named = Object.fromEntries(outputs.map((output, i) => [`output ${i}`, output]));
  const executable = referenceEngine.compile(program("f", inputs, named));
  return (values) => {
    inputs.forEach((node, i) => {
      executable.write(node.label as string, values[i]);
    });
    executable.run();
    return outputs.map((_, i) => Float64Array.from(executable.read(`output ${i}`)));
  };
}

/** The largest distance a value moves along a direction in [−1, 1]; sampling domains keep twice this from kinks. */
const STEP = 0.01;

/**
 * d/dt f(x + t ẋ) at t = 0: central differences with steps h, h/2, h/4, extrapolated twice (Richardson), so that the
 * error is O(h⁶) in place of O(h²) while the steps stay long enough for rounding not to matter.
 */
export function directionalDerivative(
  f: ArrayFunction,
  values: readonly ArrayLike<number>[],
  tangents: readonly ArrayLike<number>[],
): Float64Array[] {
  const at = (t: number): Float64Array[] =>
    f(values.map((x, i) => Float64Array.from(x, (value, j) => value + t * tangents[i][j])));
  const central = (h: number): Float64Array[] => {
    const [after, before] = [at(h), at(-h)];
    return after.map((values, i) => values.map((value, j) => (value - before[i][j]) / (2 * h)));
  };
  const eliminate = (power: number, coarse: Float64Array[], fine: Float64Array[]): Float64Array[] =>
    fine.map((values, i) => values.map((value, j) => value + (value - coarse[i][j]) / (power - 1)));
  const [first, second, third] = [central(STEP), central(STEP / 2), central(STEP / 4)];
  return eliminate(16, eliminate(4, first, second), eliminate(4, second, third));
}
