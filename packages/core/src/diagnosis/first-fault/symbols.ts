/**
 * Elements of a program's tensors in symbols: z₂[17, 4], δ₂[17, 4], next W₂[4, 0], and what makes them,
 * W₂[4, :]·h₁[17, :] + b₂[4]. Names are those of the forward pass; a cotangent is named after what it is the cotangent of.
 */
import { elementForm } from "../../graph/element.ts";
import type { DerivativeRule, Expr } from "../../graph/expr.ts";
import { type Notation, number, symbol } from "../../graph/notation.ts";
import { isDerivativeRule } from "../../graph/op.ts";
import { nodesOf, type Program } from "../../graph/program.ts";
import { isFloat, type Shape, sameShape, stridesOf } from "../../graph/type.ts";
import { indexOf } from "./first-fault.ts";

/** A place along an axis, or all of it. */
export type Place = number | ":";

export interface Named {
  /** "z2", "δ2", "∂L/∂W2", "next W2/v" */
  readonly name: string;
  /** The node of the forward pass, or the tensor that is carried, that it belongs to: z2, W2. */
  readonly of: Expr | undefined;
  readonly node: Expr;
}

/** What the batch's rows of the table are called (those of data/x have a label, "x"). */
const TABLES: Readonly<Record<string, string>> = { "data/y": "target", "data/weight": "weight" };

/** How deep a definition goes before it is cut short. */
const DEPTH = 4;

export class Symbols {
  readonly #users = new Map<Expr, Expr[]>();
  readonly #outputs = new Map<Expr, string>();
  /** What a step takes, by name. */
  readonly #inputs: ReadonlyMap<string | undefined, Expr>;

  constructor(program: Program) {
    this.#inputs = new Map(program.inputs.map((node) => [node.label, node]));
    for (const [name, node] of Object.entries(program.outputs)) this.#outputs.set(node, name);
    for (const node of nodesOf(program)) {
      for (const operand of node.operands) {
        const users = this.#users.get(operand);
        if (users === undefined) this.#users.set(operand, [node]);
        else users.push(node);
      }
    }
  }

  /** What a node is called, if it has a name. */
  named(node: Expr): Named | undefined {
    if (node.label !== undefined) return { name: node.label, of: node, node };
    const target = this.#cotangentOf(node);
    if (target !== undefined) return { name: bar(target), of: target, node };
    const output = this.#outputs.get(node);
    if (output === undefined) return undefined;
    const before = this.#inputs.get(output);
    return { name: before === undefined ? output : `next ${output}`, of: before, node };
  }

  /** The nearest named node that this one is a part of, element by element: itself, or a user of its shape. */
  enclosing(node: Expr): Named | undefined {
    const pending = [node];
    const seen = new Set(pending);
    for (const next of pending) {
      const found = this.named(next);
      if (found !== undefined) return found;
      for (const user of this.#users.get(next) ?? []) {
        if (!seen.has(user) && sameShape(user.type.shape, node.type.shape)) pending.push(user);
        seen.add(user);
      }
    }
    return undefined;
  }

  /** The named node of the forward pass whose cotangent this is, where it is all of it. */
  #cotangentOf(node: Expr): Expr | undefined {
    if (node.provenance === undefined) return undefined;
    const pending = new Set([...this.#finished(node), ...this.#consumed(node)]);
    for (const target of pending) {
      if (target.label !== undefined) return target;
      for (const other of this.#sameCotangent(target, node)) pending.add(other);
    }
    return undefined;
  }

  /** What the rule that ends with this node gives the cotangent of. */
  #finished(node: Expr): Expr[] {
    const { provenance } = node;
    if (!isDerivativeRule(provenance) || provenance.rule === "pushforward") return [];
    const { rule, primal, operand = 0 } = provenance;
    const target = rule === "accumulation" ? primal : primal.operands[operand];
    const goesOn = this.#pullbacks(node).some(
      (of) =>
        (of.rule === rule && of.primal === primal && of.operand === provenance.operand) ||
        (of.rule === "accumulation" && of.primal === target),
    );
    return goesOn ? [] : [target];
  }

  /** What is pulled back through with this node for its cotangent. */
  #consumed(node: Expr): Expr[] {
    const own = isDerivativeRule(node.provenance) ? node.provenance : undefined;
    return this.#pullbacks(node)
      .filter((of) => of.rule === "pullback" && of.primal !== own?.primal)
      .map(({ primal }) => primal)
      .filter(({ type }) => sameShape(type.shape, node.type.shape));
  }

  #pullbacks(node: Expr): DerivativeRule[] {
    const users = this.#users.get(node) ?? [];
    return users.map(({ provenance }) => provenance).filter(isDerivativeRule);
  }

  /** Neighbours whose rule passes a cotangent on as it is (as a sum does), between nodes that nothing else uses. */
  #sameCotangent(target: Expr, bar: Expr): Expr[] {
    const passes = (from: Expr, to: Expr): boolean => {
      const wanted = from.operands.map((operand) => operand === to);
      return this.#forwardUsers(to).length === 1 && from.op.vjp(from, bar, wanted).includes(bar);
    };
    const above = this.#forwardUsers(target).filter((user) => sameShape(user.type.shape, target.type.shape));
    return [
      ...above.filter((user) => passes(user, target)),
      ...target.operands.filter((operand) => isFloat(operand.type) && passes(target, operand)),
    ];
  }

  #forwardUsers(node: Expr): Expr[] {
    return (this.#users.get(node) ?? []).filter(({ provenance }) => provenance === undefined);
  }

  /** An element by its name, or else by what makes it. */
  element(node: Expr, index: readonly Place[], depth: number = DEPTH): string {
    const found = this.named(node);
    return found === undefined ? this.definition(node, index, depth) : place(found.name, index);
  }

  /** What makes an element, out of named ones. */
  definition(node: Expr, index: readonly Place[], depth: number = DEPTH): string {
    const kernel = node.op.kernel?.(node);
    const [a] = node.operands;
    if (kernel?.kind === "fill") return printNumber(kernel.value);
    if (depth === 0) return "…";
    const inner = (operand: Expr, at: readonly Place[]): string => this.element(operand, at, depth - 1);
    if (kernel?.kind === "gather-rows") return place(TABLES[a.label ?? ""] ?? a.label ?? "…", index);
    const form = elementForm<Place, number>(
      node.op.elementwise ? { kind: "elementwise" } : kernel,
      node.type.shape,
      node.operands.map((operand) => operand.type.shape),
      index,
      { isOne: (size) => size === 1, isSame: Object.is, only: 0 },
    );
    switch (form?.kind) {
      case "pointwise":
        return print(
          node.op.notation(
            node.operands.map((operand) => symbol(inner(operand, index))),
            node,
          ),
        );
      case "moved":
        return inner(a, form.at);
      case "folded": {
        const parts = form.places(form.sizes.map(() => ":" as const)).map((at, i) => inner(node.operands[i], at));
        if (parts.length === 1) return print(node.op.notation([symbol(parts[0])], node));
        const [left, right] = parts.map(atom);
        // X Wᵀ reads as W x, as for one row.
        const isLayer = kernel?.kind === "matmul" && kernel.transposeB && !kernel.transposeA;
        return isLayer ? `${right}·${left}` : `${left}·${right}`;
      }
      default:
        if (kernel?.kind === "alias") return inner(a, reindexed(index, node.type.shape, a.type.shape));
        return `${node.op.name}(${node.operands.map((operand) => this.named(operand)?.name ?? "…").join(", ")})`;
    }
  }
}

/** The cotangent of z₂ is δ₂, that of anything else ∂L/∂…. */
const bar = ({ label, within }: Expr): string =>
  within?.role === "pre-activation" ? `δ${within.layer}` : `∂L/∂${label}`;

/** "z₂[17, 4]"; a scalar has no index. */
export function place(name: string, index: readonly Place[]): string {
  return index.length === 0 ? subscripted(name) : `${subscripted(name)}[${index.join(", ")}]`;
}

function reindexed(index: readonly Place[], from: Shape, to: Shape): readonly Place[] {
  const strides = stridesOf(from);
  const flat = index.reduce<number>((at, i, axis) => at + (i === ":" ? Number.NaN : i * strides[axis]), 0);
  return Number.isNaN(flat) ? to.map(() => ":") : indexOf(flat, to);
}

/** "W2" is W₂. */
function subscripted(name: string): string {
  return name.replace(/(?<=\p{L})\d+/gu, (digits) => [...digits].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join(""));
}

/** Five significant digits, "812.3", "3e38", "-Infinity". */
export function printNumber(value: number): string {
  const rounded = Number(value.toPrecision(5));
  const isLong = Math.abs(rounded) >= 1e6 && Number.isFinite(rounded);
  return isLong ? rounded.toExponential().replace("e+", "e") : String(rounded);
}

/** An operation on numbers, as it is written. */
export function withNumbers(node: Expr, values: readonly number[]): string {
  return print(node.op.notation(values.map(number), node));
}

const atom = (text: string): string => (/[ −]|^-/.test(text.replace(/\[.*?\]/g, "")) ? `(${text})` : text);

/** One operation as text; printers of whole derivations are in explain/, which training does not load. */
function print(n: Notation): string {
  switch (n.form) {
    case "symbol":
      return n.name;
    case "number":
      return printNumber(n.value);
    case "name":
      return n.name;
    case "infix":
      return n.parts.map((part) => atom(print(part))).join(n.operator === "" ? " " : ` ${n.operator} `);
    case "negation":
      return `−${atom(print(n.of))}`;
    case "power": {
      const exponent = print(n.exponent);
      return `${atom(print(n.base))}${exponent === "2" ? "²" : `^${atom(exponent)}`}`;
    }
    case "call":
      return `${n.name}(${n.parts.map(print).join(", ")})`;
    default:
      return n.form;
  }
}
