/**
 * Curvature against its witnesses: products H v (forward over reverse) against differences of the gradient along v,
 * symmetry, and of small networks every entry of the Hessian.
 */
import { worstFirst } from "../autodiff/check-gradients.ts";
import { hvp } from "../autodiff/curvature.ts";
import { checkDerivative, type DerivativeCheck } from "../autodiff/differences.ts";
import { gradients } from "../autodiff/reverse.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import type { Expr } from "../graph/expr.ts";
import { program } from "../graph/program.ts";
import type { Batch } from "../net/batch.ts";
import type { Net, NetTensors } from "../net/net.ts";
import { inputsOf, type ObjectiveGraph, objectiveGraph, objectiveValues } from "../net/objective.ts";
import { mul } from "../ops/ring.ts";
import { input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { checkHessian, type HessianEntry } from "./hessian.ts";
import { randomUnit } from "./witnesses.ts";

interface CurvatureCheck extends DerivativeCheck {
  /** Whose rows of the Hessian: u is zero elsewhere. */
  readonly name: string;
}

/** What a check of second derivatives found. */
export interface Curvature {
  /** uᵀ H v for each variable's own u and one v over all, the worst first. */
  readonly products: readonly CurvatureCheck[];
  /** |uᵀ H v − vᵀ H u| over the size of the terms that make them up, u and v over all variables. */
  readonly asymmetry: number;
  /** The worst entry in each variable's rows of the Hessian, the worst first; none where the Hessian is large. */
  readonly entries: readonly HessianEntry[];
}

/** Both sides round differently, and no more than that. */
export const SYMMETRY_TOLERANCE = 1e-9;

/** Checks second derivatives of a network on rows: products with the Hessian, its symmetry and, of small networks, each entry. */
export function checkCurvature(net: Net, tensors: NetTensors, batch: Batch): Curvature {
  const graph = objectiveGraph(net, batch, "f64");
  const values = objectiveValues(net, tensors, batch);
  const names = Object.keys(graph.variables);
  const draw = (stream: number): NetTensors =>
    Object.fromEntries(names.map((name, i) => [name, randomUnit(values[name].length, 1000 + stream + i)]));
  const [u, v] = [draw(0), draw(names.length)];
  const { forth, back } = hessianProducts(graph, values, u, v);
  const slopesAt = slopesAlong(graph, values, u, v);
  const products = names.map((name) => ({
    name,
    ...checkDerivative((at) => slopesAt(at)[name], 0, forth[name], Math.max(1, Math.abs(slopesAt(0)[name]))),
  }));
  products.sort((a, b) => worstFirst(a.verdict, b.verdict) || b.relativeError - a.relativeError);
  return {
    products,
    asymmetry: asymmetryOf(Object.values(forth), Object.values(back)),
    entries: checkHessian(graph, values),
  };
}

function asymmetryOf(forth: readonly number[], back: readonly number[]): number {
  const total = (terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0);
  const size = total([...forth, ...back].map(Math.abs)) / 2;
  return Math.abs(total(forth) - total(back)) / Math.max(size, 1e-6);
}

type Numbers = Readonly<Record<string, number>>;

/** For each variable its part of uᵀ H v, and of vᵀ H u. */
function hessianProducts(
  graph: ObjectiveGraph,
  values: NetTensors,
  u: NetTensors,
  v: NetTensors,
): Record<"forth" | "back", Numbers> {
  const [names, nodes] = [Object.keys(graph.variables), Object.values(graph.variables)];
  const vector = (mark: string): Expr[] => nodes.map((node, i) => input(`${names[i]} ${mark}`, node.type.shape, "f64"));
  const [left, right] = [vector("left"), vector("right")];
  const parts = hvp(graph.loss, nodes, right).map((product, i) => sum(mul(left[i], product)));
  const outputs = Object.fromEntries(names.map((name, i) => [name, parts[i]]));
  const executable = referenceEngine.compile(program("products", [...inputsOf(graph), ...left, ...right], outputs));
  for (const [name, given] of Object.entries(values)) executable.write(name, given);
  const run = (a: NetTensors, b: NetTensors): Numbers => {
    for (const name of names) executable.write(`${name} left`, a[name]);
    for (const name of names) executable.write(`${name} right`, b[name]);
    executable.run();
    return Object.fromEntries(names.map((name) => [name, executable.read(name)[0]]));
  };
  return { forth: run(u, v), back: run(v, u) };
}

/** ⟨∇L, u⟩ of each variable where all of them have moved along v. Each point of that line is computed once. */
function slopesAlong(graph: ObjectiveGraph, values: NetTensors, u: NetTensors, v: NetTensors): (at: number) => Numbers {
  const names = Object.keys(graph.variables);
  const slopes = gradients(graph.loss, Object.values(graph.variables));
  const outputs = Object.fromEntries(names.map((name, i) => [name, slopes[i]]));
  const executable = referenceEngine.compile(program("gradient", inputsOf(graph), outputs));
  for (const [name, given] of Object.entries(values)) executable.write(name, given);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, value, i) => total + value * b[i], 0);
  const known = new Map<number, Numbers>();
  return (at) => {
    const found = known.get(at);
    if (found !== undefined) return found;
    for (const name of names) {
      executable.write(
        name,
        v[name].map((along, j) => values[name][j] + at * along),
      );
    }
    executable.run();
    const result = Object.fromEntries(
      names.map((name) => [name, dot(Float64Array.from(executable.read(name)), u[name])]),
    );
    known.set(at, result);
    return result;
  };
}
