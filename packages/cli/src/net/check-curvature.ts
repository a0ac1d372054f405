/** Curvature against two witnesses: products H v (forward over reverse) against differences of the gradient, and symmetry. */
import { type Expr, gradients, input, mul, normalAt, program, referenceEngine, sum } from "@chaingrad/core";
import { checkDerivative, type DerivativeCheck, worstFirst } from "@chaingrad/core/check";
import { hvp } from "@chaingrad/core/curvature";
import type { Batch } from "./batch.ts";
import type { Net } from "./net-document.ts";
import { inputsOf, objectiveGraph, objectiveValues, type Tensors } from "./objective.ts";

interface CurvatureCheck extends DerivativeCheck {
  /** Whose rows of the Hessian: u is zero elsewhere. */
  readonly name: string;
}

export interface Curvature {
  /** uᵀ H v for each variable's own u and one v over all, the worst first. */
  readonly products: readonly CurvatureCheck[];
  /** |uᵀ H v − vᵀ H u| over their size, u and v over all variables. */
  readonly asymmetry: number;
}

/** Both sides round differently, and no more than that. */
export const SYMMETRY_TOLERANCE = 1e-9;

export function checkCurvature(net: Net, tensors: Tensors, batch: Batch): Curvature {
  const graph = objectiveGraph(net, batch, "f64");
  const values = objectiveValues(net, tensors, batch);
  const names = Object.keys(graph.variables);
  const nodes = Object.values(graph.variables);
  const vector = (mark: string): Expr[] => nodes.map((node, i) => input(`${names[i]} ${mark}`, node.type.shape, "f64"));
  const [u, v] = [vector("u"), vector("v")];
  const slopes = gradients(graph.loss, nodes);
  const [byV, byU] = [hvp(graph.loss, nodes, v), hvp(graph.loss, nodes, u)];
  const dots = (a: readonly Expr[], b: readonly Expr[], kind: string): [string, Expr][] =>
    names.map((name, i) => [`${kind} ${name}`, sum(mul(a[i], b[i]))]);
  const outputs = Object.fromEntries([
    ...dots(slopes, u, "slope"),
    ...dots(byV, u, "curvature"),
    ...dots(byU, v, "back"),
  ]);
  const executable = referenceEngine.compile(program("curvature", [...inputsOf(graph), ...u, ...v], outputs));
  const draw = (mark: string, stream: number): [string, Float64Array][] =>
    names.map((name, i) => [`${name} ${mark}`, values[name].map((_, j) => normalAt([1, 0], stream + i, j))]);
  const directions = Object.fromEntries([...draw("u", 0), ...draw("v", names.length)]);
  for (const [name, given] of Object.entries({ ...values, ...directions })) executable.write(name, given);
  executable.run();
  const read = (output: string): number => executable.read(output)[0];
  const total = (kind: string): number => names.reduce((all, name) => all + read(`${kind} ${name}`), 0);
  const [forth, back] = [total("curvature"), total("back")];
  const claimed = Object.fromEntries(names.map((name) => [name, read(`curvature ${name}`)]));
  const slopeAt = remembered((at: number): Record<string, number> => {
    for (const name of names) {
      const along = directions[`${name} v`];
      executable.write(
        name,
        values[name].map((value, j) => value + at * along[j]),
      );
    }
    executable.run();
    return Object.fromEntries(names.map((name) => [name, read(`slope ${name}`)]));
  });
  const products = names.map((name) => ({
    name,
    ...checkDerivative((at) => slopeAt(at)[name], 0, claimed[name], Math.max(1, Math.abs(slopeAt(0)[name]))),
  }));
  products.sort((a, b) => worstFirst(a.verdict, b.verdict) || b.relativeError - a.relativeError);
  return { products, asymmetry: Math.abs(forth - back) / Math.max(Math.abs(forth), Math.abs(back), 1e-6) };
}

/** All variables are looked at along one line: each point of it is computed once. */
function remembered<T>(f: (at: number) => T): (at: number) => T {
  const known = new Map<number, T>();
  return (at) => {
    const value = known.get(at) ?? f(at);
    known.set(at, value);
    return value;
  };
}
