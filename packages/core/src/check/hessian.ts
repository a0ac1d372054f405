/** Every entry of a small network's Hessian by three ways: all columns at once, one product, differences of the gradient. */
import { worstFirst } from "../autodiff/check-gradients.ts";
import { hessian, hvp } from "../autodiff/curvature.ts";
import { checkDerivative } from "../autodiff/differences.ts";
import { gradients } from "../autodiff/reverse.ts";
import type { SyncExecutable } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import type { Expr } from "../graph/expr.ts";
import { program } from "../graph/program.ts";
import type { NetTensors } from "../net/net.ts";
import { inputsOf, type ObjectiveGraph } from "../net/objective.ts";
import { input } from "../ops/source.ts";
import { unit, type Witnessed, witnessed } from "./witnesses.ts";

/** ∂²L/∂(an element of `row`)∂(an element of `column`). `forward` is the product H eⱼ, by forward over reverse. */
export interface HessianEntry extends Witnessed {
  readonly row: Element;
  readonly column: Element;
}

interface Element {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly index: number;
}

/** Parameters and inputs up to which all entries are looked at: each column costs about ten gradients. */
const MOST_COLUMNS = 64;

/** The worst entry in each variable's rows, the worst first. */
export function checkHessian(graph: ObjectiveGraph, values: NetTensors): HessianEntry[] {
  const elements = elementsOf(graph);
  const n = elements.length;
  if (n > MOST_COLUMNS) return [];
  const claimed = wholeHessian(graph, values);
  const scale = 1e-4 * claimed.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const { gradientAt, product } = columnsOf(graph, values);
  const worst = new Map<string, HessianEntry>();
  elements.forEach((column, j) => {
    const line = gradientAt(column);
    const products = product(column);
    elements.forEach((row, i) => {
      const magnitude = Math.max(1, Math.abs(line(0)[i]));
      const check = checkDerivative((at) => line(at)[i], 0, claimed[i * n + j], magnitude);
      const entry = { row, column, ...witnessed(check, products[i], undefined, scale) };
      const known = worst.get(row.name);
      if (known === undefined || order(entry, known) < 0) worst.set(row.name, entry);
    });
  });
  return [...worst.values()].sort(order);
}

const order = (a: HessianEntry, b: HessianEntry): number =>
  worstFirst(a.verdict, b.verdict) || b.relativeError - a.relativeError;

/** All parameters and inputs one after another, as the Hessian has them. */
const elementsOf = ({ variables }: ObjectiveGraph): Element[] =>
  Object.entries(variables).flatMap(([name, { type }]) => {
    const size = type.shape.reduce((a, b) => a * b, 1);
    return Array.from({ length: size }, (_, index) => ({ name, shape: type.shape, index }));
  });

/** [n, n], row-major */
function wholeHessian(graph: ObjectiveGraph, values: NetTensors): Float64Array {
  const outputs = { H: hessian(graph.loss, Object.values(graph.variables)) };
  const executable = referenceEngine.compile(program("hessian", inputsOf(graph), outputs));
  for (const [name, given] of Object.entries(values)) executable.write(name, given);
  executable.run();
  return Float64Array.from(executable.read("H"));
}

interface Columns {
  /** All of ∇L where one element has moved by `at`; each point is computed once. */
  gradientAt(element: Element): (at: number) => readonly number[];
  /** H eⱼ for the unit vector of one element. */
  product(element: Element): readonly number[];
}

function columnsOf(graph: ObjectiveGraph, values: NetTensors): Columns {
  const [names, nodes] = [Object.keys(graph.variables), Object.values(graph.variables)];
  const tangents = nodes.map((node, i) => input(`${names[i]} v`, node.type.shape, "f64"));
  const named = (all: readonly Expr[]): Record<string, Expr> =>
    Object.fromEntries(names.map((name, i) => [name, all[i]]));
  const slopes = referenceEngine.compile(program("gradient", inputsOf(graph), named(gradients(graph.loss, nodes))));
  const products = referenceEngine.compile(
    program("products", [...inputsOf(graph), ...tangents], named(hvp(graph.loss, nodes, tangents))),
  );
  for (const [name, given] of Object.entries(values)) for (const one of [slopes, products]) one.write(name, given);
  for (const name of names) products.write(`${name} v`, new Float64Array(values[name].length));
  const read = (from: SyncExecutable): number[] => names.flatMap((name) => Array.from(from.read(name)));
  return {
    gradientAt: ({ name, index }) => {
      const known = new Map<number, readonly number[]>();
      return (at) => {
        const found = known.get(at);
        if (found !== undefined) return found;
        const moved = Float64Array.from(values[name]);
        moved[index] += at;
        slopes.write(name, moved);
        slopes.run();
        slopes.write(name, values[name]);
        const result = read(slopes);
        known.set(at, result);
        return result;
      };
    },
    product: ({ name, index }) => {
      const direction = unit(values[name].length, index);
      products.write(`${name} v`, direction);
      products.run();
      products.write(`${name} v`, direction.fill(0));
      return read(products);
    },
  };
}
