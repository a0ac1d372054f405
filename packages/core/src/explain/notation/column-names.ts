/**
 * Columns' names where the numbers of x stand: ∂L/∂weight_lbs for ∂L/∂x[4], W₁[2, weight_lbs] for W₁[2, 4]; and names of
 * classes along the outputs. Views write symbols, and printers that are given these names put them in: what a view says
 * does not depend on what a table's columns are called, and the symbol is always at hand.
 */

import type { AxisNames } from "../../given/format.ts";
import { type Expr, topological } from "../../graph/expr.ts";
import type { Notation } from "../../graph/notation.ts";
import type { Derivable, Derivation } from "../derivation/derivation.ts";
import type { GivenNames } from "./given-names.ts";

/** What columns are called, in the places where symbols have numbers. */
export interface ColumnNames {
  /** As they were given. */
  readonly given: GivenNames;
  /** As they are written in formulas: each once, in quotation marks where it could be taken for something else. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The name of x among the symbols. */
  readonly x: string;
  /** Those that are themselves in the derivation, in their own units: what the network makes of such a column is x[4]. */
  readonly followed: ReadonlySet<string>;
  /** Which axes have names, by the symbol of the tensor. */
  readonly axes: ReadonlyMap<string, readonly AxisNames[]>;
}

/** Throws RangeError where there are not as many names as numbers. */
export function columnNames(problem: Derivable, derivation: Derivation, given: GivenNames): ColumnNames {
  const { names } = derivation;
  const followed = new Set(problem.columns?.map((node) => names.get(node) as string));
  const taken = new Set([...names.values()].filter((name) => !followed.has(name)));
  const written = (all: readonly string[] = []): string[] => unique(all).map((name) => quoted(name, taken));
  const [inputs, outputs] = [written(given.inputs), written(given.outputs)];
  const { z, h } = problem.layers[problem.layers.length - 1];
  const axes = new Map<string, AxisNames[]>();
  const add = (symbol: string, { type: { shape } }: Expr, axis: number, of: readonly string[]): void => {
    if (of.length === 0) return;
    if (shape[axis] !== of.length)
      throw new RangeError(`${of.length} names for the ${shape[axis]} numbers along an axis of ${symbol}`);
    axes.set(symbol, [...(axes.get(symbol) ?? []), { fromEnd: shape.length - axis, names: of }]);
  };
  const nameOf = (node: Expr): string => names.get(node) as string;
  const named = (node: Expr, of: readonly string[]): void => {
    add(nameOf(node), node, 1, of);
    for (const { weights, axis } of weightsOf(node, h)) add(nameOf(weights), weights, axis, of);
  };
  named(problem.x, inputs);
  for (const [i, layer] of (problem.named?.(given) ?? []).entries()) {
    for (const node of new Set([problem.layers[i].z, problem.layers[i].h])) named(node, written(layer.outputs));
    for (const [symbol, of] of Object.entries(layer.tensors ?? {})) {
      const tensor = problem.parameters.find(({ label }) => label === symbol) as Expr;
      add(nameOf(tensor), tensor, 0, written(of));
    }
  }
  // The one number of a regression is called y as well as by its column.
  if (outputs.length > 1) {
    for (const node of new Set([z, h])) add(nameOf(node), node, 1, outputs);
    for (const { node, axis } of lastParameters(problem, h)) add(nameOf(node), node, axis, outputs);
    const delta = derivation.backward.find(({ name }) => name === `∂${nameOf(problem.loss)}/∂${nameOf(z)}`)?.symbol;
    if (delta?.form === "symbol") add(delta.name, z, 1, outputs);
  }
  return { given, inputs, outputs, x: nameOf(problem.x), followed, axes };
}

const matmulOf = (node: Expr) => {
  const kernel = node.op.kernel?.(node);
  return kernel?.kind === "matmul" ? kernel : undefined;
};

/** What x, or the numbers of a layer, are multiplied with on the way to the output, and which axis meets their names. */
function weightsOf(x: Expr, output: Expr): { readonly weights: Expr; readonly axis: number }[] {
  return topological([output]).flatMap((node) => {
    const kernel = matmulOf(node);
    if (kernel === undefined || node.operands[0] !== x || node.operands[1].label === undefined) return [];
    return [{ weights: node.operands[1], axis: kernel.transposeB ? 1 : 0 }];
  });
}

/** The parameters of the layer that gives the outputs, and which axis counts these. */
function lastParameters({ parameters }: Derivable, output: Expr): { readonly node: Expr; readonly axis: number }[] {
  const trained = new Set(parameters);
  const found: { node: Expr; axis: number }[] = [];
  const pending = new Set([output]);
  for (const node of pending) {
    const kernel = matmulOf(node);
    const [, right] = node.operands;
    if (kernel !== undefined && trained.has(right)) found.push({ node: right, axis: kernel.transposeB ? 0 : 1 });
    else if (trained.has(node) && node.type.shape.length === 1) found.push({ node, axis: 0 });
    else for (const operand of node.operands) pending.add(operand);
  }
  return found;
}

/** A name that stands for several columns gets its place. */
function unique(names: readonly string[]): string[] {
  return names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${i + 1})`));
}

const WORD = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;
/** A letter with or without digits is a symbol. */
const SYMBOL = /^\p{L}\p{M}*\d*$/u;

/** weight_lbs, “origin = Japan”, “x1”. */
const quoted = (name: string, taken: ReadonlySet<string>): string =>
  WORD.test(name) && !SYMBOL.test(name) && !taken.has(name) ? name : `“${name.replaceAll("”", "””")}”`;

/** The notation with names in the place of symbols. */
export function withNames(notation: Notation, names: ColumnNames): Notation {
  const inner = (n: Notation): Notation => withNames(n, names);
  switch (notation.form) {
    case "symbol":
    case "number":
    case "name":
      return notation;
    case "infix":
    case "call":
      return { ...notation, parts: notation.parts.map(inner) };
    case "negation":
    case "transpose":
      return { ...notation, of: inner(notation.of) };
    case "power":
      return { ...notation, base: inner(notation.base), exponent: inner(notation.exponent) };
    case "element":
      return elementName(notation, names);
    default:
      return notation satisfies never;
  }
}

/** x[4] is weight_lbs, unless that is the column in its own unit; in W₁[2, 4], and of several rows in x[17, 4], the place has the name. */
function elementName(notation: Extract<Notation, { form: "element" }>, { x, followed, axes }: ColumnNames): Notation {
  const { of, at } = notation;
  if (of.form !== "symbol") return notation;
  const isPartial = of.name.startsWith("∂");
  const symbol = of.name.replace(/^∂/u, "");
  const found = axes.get(symbol);
  if (found === undefined) return notation;
  const nameAt = (place: Notation, i: number): string | undefined => {
    const axis = found.find(({ fromEnd }) => at.length - i === fromEnd);
    return place.form === "number" ? axis?.names[place.value - 1] : undefined;
  };
  if (symbol === x && at.length === 1) {
    const name = nameAt(at[0], 0);
    return name === undefined || followed.has(name) ? notation : { form: "name", name, stands: notation, isPartial };
  }
  return { ...notation, at: at.map((place, i) => nameTo(place, nameAt(place, i))) };
}

const nameTo = (place: Notation, name: string | undefined): Notation =>
  name === undefined ? place : { form: "name", name, stands: place };
