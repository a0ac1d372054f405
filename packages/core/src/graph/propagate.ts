/** What changes in a graph where some of its inputs do: only that is computed, and afterwards all is as it was. */
import { type Box, boxOfChanges, isWhole, readBox, writeBox } from "./box.ts";
import type { Expr } from "./expr.ts";
import type { Values } from "./op.ts";
import { type Moved, partOf, type Reach, reachOf, wholeReach } from "./reach.ts";

/** A part of a node that is computed anew. */
export interface Part {
  /** As if that part were all of it. */
  readonly part: Expr;
  readonly node: Expr;
  /** Of each operand what the part is computed from. */
  readonly from: readonly Box[];
  readonly moved: Moved;
}

/** The values of all nodes at a point, from which inputs may move. */
export class Propagation {
  readonly #order: readonly Expr[];
  readonly #values: Map<Expr, Values>;
  readonly #dependents = new Map<Expr, readonly Expr[]>();
  readonly #evaluate: (part: Part, operands: readonly Values[]) => Values;

  /**
   * @param values at the point, of each node an array of its own: they are written to while inputs have moved
   * @param evaluate the values of a part from those of its operands' parts
   */
  constructor(
    order: readonly Expr[],
    values: Map<Expr, Values>,
    evaluate: (part: Part, operands: readonly Values[]) => Values,
  ) {
    this.#order = order;
    this.#values = values;
    this.#evaluate = evaluate;
  }

  /** What depends on some inputs, in order. */
  dependents(inputs: readonly Expr[]): readonly Expr[] {
    const known = inputs.length === 1 ? this.#dependents.get(inputs[0]) : undefined;
    if (known !== undefined) return known;
    const found = new Set(inputs);
    for (const node of this.#order) if (node.operands.some((operand) => found.has(operand))) found.add(node);
    const nodes = [...found].slice(inputs.length);
    if (inputs.length === 1) this.#dependents.set(inputs[0], nodes);
    return nodes;
  }

  /** What `read` says of the values where inputs hold others. */
  moved<T>(inputs: ReadonlyMap<Expr, Values>, read: (of: (node: Expr) => Values) => T): T {
    const boxes = new Map<Expr, Box>();
    const before: [node: Expr, box: Box, part: Values][] = [];
    const replace = (node: Expr, box: Box, part: Values): void => {
      boxes.set(node, box);
      before.push([node, box, this.#replace(node, box, part)]);
    };
    try {
      for (const [node, values] of inputs) {
        const { shape } = node.type;
        const box = boxOfChanges(this.#of(node), values, shape);
        if (box !== undefined) replace(node, box, readBox(values, shape, box));
      }
      for (const node of this.dependents([...inputs.keys()])) {
        const moved = node.operands.map((operand) => boxes.get(operand));
        if (moved.some((box) => box !== undefined)) this.#update(node, moved, replace);
      }
      return read((node) => this.#of(node));
    } finally {
      for (const [node, box, part] of before.reverse()) this.#replace(node, box, part);
    }
  }

  #update(node: Expr, moved: Moved, replace: (node: Expr, box: Box, part: Values) => void): void {
    const reach = reachOf(node, moved);
    if (reach !== undefined) {
      replace(node, reach.box, this.#part(node, moved, reach));
      return;
    }
    // What is not known to be a part is all of it; the values themselves then say what has changed.
    const { shape } = node.type;
    const values = this.#part(node, moved, wholeReach(node));
    const box = boxOfChanges(this.#of(node), values, shape);
    if (box !== undefined) replace(node, box, readBox(values, shape, box));
  }

  #part(node: Expr, moved: Moved, reach: Reach): Values {
    const { from } = reach;
    const parts = node.operands.map((operand, i) => readBox(this.#of(operand), operand.type.shape, from[i]));
    const values = this.#evaluate({ part: partOf(node, reach), node, from, moved }, parts);
    // An op that changes nothing gives what it was given.
    return parts.includes(values) ? values.slice() : values;
  }

  /** Puts a part in place; gives what was there. */
  #replace(node: Expr, box: Box, part: Values): Values {
    const { shape } = node.type;
    const values = this.#of(node);
    if (isWhole(box, shape)) {
      this.#values.set(node, part);
      return values;
    }
    const before = readBox(values, shape, box);
    writeBox(values, shape, box, part);
    return before;
  }

  #of(node: Expr): Values {
    return this.#values.get(node) as Values;
  }
}
