/**
 * One element of a value, in index form: ∂L/∂W₂[i, j] = Σₙ δ₂[n, i] · h₁[n, j], and with numbers for the letters the terms
 * of that sum. Read from the kernels that the graph's ops name (what moves, what multiplies, what is summed), so that it
 * knows no layer.
 */
import { type ElementForm, elementForm } from "../../graph/element.ts";
import type { Expr } from "../../graph/expr.ts";
import { call, element, infix, type Notation, number } from "../../graph/notation.ts";
import type { Kernel } from "../../graph/op.ts";
import { type Shape, sizeOf, stridesOf } from "../../graph/type.ts";
import { filledWith } from "../../ops/source.ts";
import type { Explained } from "./explained.ts";
import { formulaOf } from "./formula.ts";
import { isSingleRow } from "./target.ts";

type At = readonly Notation[];

const LETTERS = [..."ijkmnpqrstuvw"];

/** A letter for each axis of a shape, the first one n where that axis counts examples. */
export function lettersFor(rank: number, rowWise: boolean): At {
  const rest = LETTERS.filter((letter) => letter !== "n");
  return Array.from({ length: rank }, (_, axis) =>
    letterSymbol(rowWise && axis === 0 ? "n" : rest[axis - Number(rowWise)]),
  );
}

const letterSymbol = (name: string): Notation => ({ form: "symbol", name });

/** The formula of `node` at the places `at`, in the symbols of the derivation. */
export function elementFormula(of: Explained, node: Expr, at: At): Notation {
  return new Indexing(of, at).formula(node, at);
}

class Indexing {
  readonly #of: Explained;
  readonly #taken: Set<string>;

  constructor(of: Explained, at: At) {
    this.#of = of;
    this.#taken = new Set(at.flatMap((place) => (place.form === "symbol" ? [place.name] : [])));
  }

  /** An operand: its symbol's element where it has one. */
  at(node: Expr, at: At): Notation {
    const written = this.#of.symbols.get(node);
    return written === undefined ? this.formula(node, at) : elementOf(this.#of, node, written, at);
  }

  formula(node: Expr, at: At): Notation {
    if (filledWith(node) !== undefined) return node.op.notation([], node);
    const kernel = node.op.kernel?.(node);
    if (kernel?.kind === "copy") {
      const moved = copiedPlaces(kernel, node, at);
      return moved === undefined ? this.#whole(node, at) : this.at(node.operands[0], moved);
    }
    const form = formOf(node, at, number(1));
    switch (form?.kind) {
      case "pointwise":
        return products(
          node.op.notation(
            node.operands.map((operand) => this.at(operand, at)),
            node,
          ),
        );
      case "moved":
        return this.at(node.operands[0], form.at);
      case "folded":
        return this.#sum(
          form.sizes,
          (inner) => {
            const factors = form.places(inner).map((places, i) => this.at(node.operands[i], places));
            return factors.length === 1 ? factors[0] : infix("·", ...factors);
          },
          form.by === "sum" ? "Σ" : node.op.name,
        );
      default:
        return this.#whole(node, at);
    }
  }

  /** What has no formula for one number: that of the tensor, at the place. */
  #whole(node: Expr, at: At): Notation {
    const [formula, shown] = [formulaOf(node, this.#of.symbols), visibleAt(this.#of, node, at)];
    return shown.length === 0 ? formula : element(formula, ...shown);
  }

  /** Σ over fresh letters, or another reduction: each of them gives a single element back as it is. */
  #sum(sizes: readonly number[], body: (inner: At) => Notation, name = "Σ"): Notation {
    const inner = sizes.map((size) => (size === 1 ? number(1) : letterSymbol(this.#fresh())));
    const letters = inner.flatMap((place) => (place.form === "symbol" ? [place.name] : []));
    const inside = body(inner);
    return letters.length === 0 ? inside : call(name, [inside], letters.join(""));
  }

  #fresh(): string {
    const letter = LETTERS.find((candidate) => !this.#taken.has(candidate)) ?? "l";
    this.#taken.add(letter);
    return letter;
  }
}

/** Products of single numbers are written with a dot. */
const products = (n: Notation): Notation => (n.form === "infix" && n.operator === "⊙" ? { ...n, operator: "·" } : n);

const visibleAt = (of: Explained, node: Expr, at: At): At => (isSingleRow(of, node) ? at.slice(1) : at);

/** A symbol at a place; of one example's tensors the row is left out. */
function elementOf(of: Explained, node: Expr, written: Notation, at: At): Notation {
  return placed(written, visibleAt(of, node, at));
}

/** W₂[i, j]; of a derivative the place is that of what it is taken by: ∂L/∂W₂[i, j]. */
export function placed(written: Notation, at: At): Notation {
  if (at.length === 0) return written;
  if (written.form !== "infix" || written.operator !== "/") return element(written, ...at);
  const [above, below] = written.parts;
  return infix("/", above, element(below, ...at));
}

/** The element of a node; ops of one's own that go element by element have no kernel to tell it by. */
const formOf = <P>(node: Expr, at: readonly P[], only: P): ElementForm<P, number> | undefined =>
  elementForm(
    node.op.elementwise ? { kind: "elementwise" } : node.op.kernel?.(node),
    node.type.shape,
    node.operands.map((operand) => operand.type.shape),
    at,
    { isOne: (size) => size === 1, isSame: Object.is, only },
  );

type CopyKernel = Extract<Kernel, { kind: "copy" }>;

/** The places in the operand of a slice: letters stay where it begins at the first element. A pad has others, and zeros. */
function copiedPlaces({ pieces, cover }: CopyKernel, { type, operands: [x] }: Expr, at: At): At | undefined {
  const [{ from, to }, ...others] = pieces;
  const isBox = (shape: Shape, { strides }: typeof from): boolean => stridesOf(shape).every((s, i) => s === strides[i]);
  if (others.length > 0 || !cover || !isBox(x.type.shape, from) || !isBox(type.shape, to)) return undefined;
  const start = placesIn(x, from.offset);
  const moved = at.map((place, axis) => {
    if (start[axis] === 0) return place;
    return place.form === "number" ? number(place.value + start[axis]) : undefined;
  });
  return moved.every((place) => place !== undefined) ? moved : undefined;
}

/** Where an element was copied from: of slices, pads and parts beside each other; undefined for a zero, and for a transpose. */
function copiedFrom({ pieces }: CopyKernel, node: Expr, index: number): { operand: number; index: number } | undefined {
  const place = placesIn(node, index);
  for (const { operand, shape, from, to } of pieces) {
    if (!stridesOf(node.type.shape).every((stride, axis) => stride === to.strides[axis])) continue;
    const at = placesIn(node, to.offset).map((start, axis) => place[axis] - start);
    if (at.some((one, axis) => one < 0 || one >= shape[axis])) continue;
    return { operand, index: at.reduce((sum, one, axis) => sum + one * from.strides[axis], from.offset) };
  }
  return undefined;
}

/** One summand of an element: the product of its factors. */
export interface Term {
  readonly factors: readonly { readonly written: Notation; readonly value: number }[];
  readonly value: number;
}

/** The element of `node` at `index` (row-major) as a sum of products of shown numbers, in the order in which they are added. */
export function termsOf(of: Explained, node: Expr, index: number): Term[] {
  return expand(of, node, index, true);
}

function expand(of: Explained, node: Expr, index: number, top: boolean): Term[] {
  if (!top && of.symbols.has(node)) return [leaf(of, node, index)];
  const [x, y] = node.operands;
  const kernel = node.op.kernel?.(node);
  const inner = (operand: Expr): Term[] => expand(of, operand, index, false);
  // Whatever a reshape does, elements keep their order.
  if (kernel?.kind === "alias") return inner(x);
  if (kernel?.kind === "block-matmul" && node.op.decompose !== undefined)
    return expand(of, node.op.decompose(node), index, false);
  if (kernel?.kind === "gather-rows" || kernel?.kind === "scatter-rows") return lookedUp(of, node, index);
  const form = formOf(node, placesIn(node, index), 0);
  if (form?.kind === "moved") return expand(of, x, flat(x.type.shape, form.at), false);
  if (form?.kind === "folded" && form.by === "sum") {
    return everyPlace(form.sizes).flatMap((inner) => {
      const [first, ...others] = form.places(inner).map((places, i) => flat(node.operands[i].type.shape, places));
      if (others.length === 0) return expand(of, x, first, false);
      return [product(leaf(of, x, first), leaf(of, y, others[0]))];
    });
  }
  if (kernel?.kind === "copy") {
    const from = copiedFrom(kernel, node, index);
    return from === undefined ? [leaf(of, node, index)] : expand(of, node.operands[from.operand], from.index, false);
  }
  if (kernel?.kind === "elementwise") {
    if (kernel.name === "add") return [...inner(x), ...inner(y)];
    if (kernel.name === "sub") return [...inner(x), ...inner(y).map(negated)];
    if (kernel.name === "neg") return inner(x).map(negated);
    if (kernel.name === "mul") return multiplied(of, x, y, index);
  }
  return [leaf(of, node, index)];
}

/** Of a table's row the element that was chosen; of a scatter those of all rows that are added to this one. */
function lookedUp(of: Explained, node: Expr, index: number): Term[] {
  const [x, chosen] = node.operands;
  const width = sizeOf(x.type.shape.slice(1));
  const [row, column] = [Math.floor(index / width), index % width];
  const rows = Array.from(of.valueOf(chosen));
  if (node.op.kernel?.(node)?.kind === "gather-rows") return expand(of, x, rows[row] * width + column, false);
  const added = rows.flatMap((to, from) => (to === row ? expand(of, x, from * width + column, false) : []));
  return added.length === 0 ? [leaf(of, node, index)] : added;
}

/** A number times a sum is the sum of its products; any two others are one product. */
function multiplied(of: Explained, x: Expr, y: Expr, index: number): Term[] {
  const scale = filledWith(x) ?? filledWith(y);
  const factors = [x, y].map((operand) => expand(of, operand, index, false));
  if (scale !== undefined) {
    const terms = factors[filledWith(x) === undefined ? 0 : 1];
    return terms.map((term) => product({ factors: [{ written: number(scale), value: scale }], value: scale }, term));
  }
  const [a, b] = factors.map((terms, i) => (terms.length === 1 ? terms[0] : leaf(of, i === 0 ? x : y, index)));
  return [product(a, b)];
}

const product = (a: Term, b: Term): Term => ({ factors: [...a.factors, ...b.factors], value: a.value * b.value });

const negated = ({ factors, value }: Term): Term => ({
  factors: [{ written: number(-1), value: -1 }, ...factors],
  value: -value,
});

function leaf(of: Explained, node: Expr, index: number): Term {
  const value = filledWith(node) ?? of.valueOf(node)[index];
  const at = placesIn(node, index).map((place) => number(place + 1));
  const written = new Indexing(of, at).at(node, at);
  return { factors: [{ written, value }], value };
}

const placesIn = ({ type: { shape } }: Expr, index: number): number[] =>
  stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % shape[axis]);

const flat = (shape: Shape, at: readonly number[]): number =>
  stridesOf(shape).reduce((index, stride, axis) => index + stride * at[axis], 0);

const everyPlace = (sizes: Shape): number[][] =>
  Array.from({ length: sizeOf(sizes) }, (_, i) =>
    stridesOf(sizes).map((stride, axis) => Math.floor(i / stride) % sizes[axis]),
  );
