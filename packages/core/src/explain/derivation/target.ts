/** What somebody wants explained: "W2", "W2[1,3]", "h1[4]", "x[2]". Places count from 1, as in mathematics. */
import { nearest } from "../../given/nearest.ts";
import type { Expr } from "../../graph/expr.ts";
import { element, type Notation, number, symbol } from "../../graph/notation.ts";
import { printShape, type Shape, stridesOf } from "../../graph/type.ts";
import type { Derivation } from "./derivation.ts";
import type { Explained } from "./explained.ts";

/** What somebody wants explained: a tensor, or one element of it. */
export interface Target {
  readonly node: Expr;
  readonly name: string;
  /** One element, row-major from 0; the whole tensor where absent. */
  readonly index?: number;
}

/** Whether the first axis counts examples, of which there is one, so that its index says nothing. */
export function isSingleRow({ problem }: Pick<Explained, "problem">, node: Expr): boolean {
  const { shape } = node.type;
  return problem.x.type.shape[0] === 1 && shape[0] === 1 && !problem.parameters.includes(node);
}

/** The places of an element in its tensor, from 0. */
function placeOf(shape: Shape, index: number): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % shape[axis]);
}

/** W₂[1, 3]; of one example's h₁ the row is left out: h₁[3]. */
export function elementSymbol(of: Pick<Explained, "problem">, node: Expr, written: Notation, index: number): Notation {
  const at = placeOf(node.type.shape, index).slice(isSingleRow(of, node) ? 1 : 0);
  return at.length === 0 ? written : element(written, ...at.map((place) => number(place + 1)));
}

/** The name of what is differentiated, and of one element the place: ∂L/∂W₂[1, 3]. */
export function targetSymbol(of: Explained, { node, name, index }: Target): Notation {
  return index === undefined ? symbol(name) : elementSymbol(of, node, symbol(name), index);
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** Throws RangeError saying what there is instead: "W4: this network has W1 to W3". */
export function parseTarget(of: Explained, text: string): Target {
  const named = nodeNamed(of, text.trim());
  if (named !== undefined) return { node: named, name: text.trim() };
  const plain = text.trim().replace(/[₀-₉]/gu, (digit) => String(SUBSCRIPTS.indexOf(digit)));
  const match = /^([^[\]]+?)\s*(?:\[([^[\]]*)\])?$/u.exec(plain);
  if (match === null) throw new RangeError(`'${text}' is no target: write a name, as W2, or one element, as W2[1,3]`);
  const [, name, places] = match;
  const node = nodeNamed(of, name);
  if (node === undefined) throw new RangeError(`${name}: ${known(of.derivation, name)}`);
  if (places === undefined) return { node, name };
  return { node, name, index: indexOf(of, node, name, places) };
}

/** A column's name may have anything in it: it is looked for as it is, before places are looked for. */
function nodeNamed({ derivation: { graph, names } }: Explained, name: string): Expr | undefined {
  return graph.targets.find((one) => names.get(one) === name);
}

function indexOf(of: Explained, node: Expr, name: string, places: string): number {
  const { shape } = node.type;
  const given = places.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  const at = isSingleRow(of, node) && given.length === shape.length - 1 ? [1, ...given] : given;
  const what = `${name} is ${printShape(shape)}`;
  if (shape.length === 0) throw new RangeError(`${name}[${places}]: ${name} is one number and has no places`);
  const example = `${name}[${shape.slice(isSingleRow(of, node) ? 1 : 0).join(",")}]`;
  if (at.length !== shape.length || at.some(Number.isNaN)) {
    const rows = problemRows(of) > 1 && shape[0] === problemRows(of) ? ", row first" : "";
    throw new RangeError(`${name}[${places}]: ${what}, so a place is written as in ${example}${rows}`);
  }
  const axis = at.findIndex((place, i) => place < 1 || place > shape[i]);
  if (axis >= 0) {
    throw new RangeError(`${name}[${places}]: ${what}, its last element is ${example}; places count from 1`);
  }
  return at.reduce((index, place, i) => index + (place - 1) * stridesOf(shape)[i], 0);
}

const problemRows = ({ problem }: Explained): number => problem.x.type.shape[0];

/** "this network has W1 to W3", where there are others of that letter, else everything there is. */
function known({ graph, names, inputs }: Derivation, wanted: string): string {
  if (inputs.some(({ name, role }) => name === wanted && role === "given"))
    return "it is given, and not differentiated";
  const all = graph.targets.map((node) => names.get(node) as string);
  const letter = /^(\D+)\d*$/u.exec(wanted)?.[1];
  const columns = inputs.flatMap(({ name, role }) => (role === "column" ? [name] : []));
  const near = nearest(wanted, columns);
  if (near !== undefined) return `did you mean ${near}? The columns are ${columns.join(", ")}`;
  const alike = all.filter((name) => letter !== undefined && /^(\D+)\d+$/u.exec(name)?.[1] === letter);
  return `this network has ${ranges(alike.length > 0 ? alike : all)}`;
}

/** "x, W1 to W3, b1 to b3 and y" */
function ranges(names: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = name.replace(/\d+$/u, "");
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const texts = [...groups.values()].map((group) => {
    const sorted = group.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    return sorted.length < 3 ? sorted.join(", ") : `${sorted[0]} to ${sorted.at(-1)}`;
  });
  return texts.length === 1 ? texts[0] : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
