/**
 * A program at a point, and near it: where one input moves, only what that changes is computed, by the same definitions on the
 * parts that change. So the bits are those of the reference engine.
 */
import type { Expr } from "../../graph/expr.ts";
import type { Values } from "../../graph/op.ts";
import { nodesOf, type Program } from "../../graph/program.ts";
import { Propagation } from "../../graph/propagate.ts";
import { costOf } from "../../graph/reach.ts";
import { sizeOf } from "../../graph/type.ts";
import { evaluate } from "../engine.ts";
import { referenceEngine } from "./reference.ts";

type Tensors = Readonly<Record<string, ArrayLike<number>>>;
type Outputs<Name extends string> = Readonly<Record<Name, Values>>;

/** A program near a point. */
export interface Nearby<Output extends string> {
  /**
   * The outputs where one input holds other values than at the point, and all others what they hold there.
   * Throws RangeError on an unknown name and on a wrong length.
   */
  at(input: string, moved: ArrayLike<number>): Outputs<Output>;
  /** Multiplications, about, that it takes where the first number of an input has moved. It depends on sizes alone. */
  cost(input: string): number;
}

/** @param values of all inputs, at the point. Throws RangeError where one is missing or does not fit. */
export function nearby<Output extends string>(program: Program<Output>, values: Tensors): Nearby<Output> {
  const inputs = new Map(program.inputs.map((node) => [node.label as string, node]));
  const order = nodesOf(program);
  const propagation = new Propagation(order, valuesAt(program, order, values), ({ part }, operands) =>
    part.op.evaluate(operands, part),
  );
  const outputs = Object.entries<Expr>(program.outputs);
  const inputOf = (name: string): Expr => {
    const node = inputs.get(name);
    if (node === undefined) throw new RangeError(`${program.name} has no input '${name}'`);
    return node;
  };
  return {
    at(name, moved) {
      const own = new Map([[inputOf(name), checked(program, name, moved, values[name].length)]]);
      return propagation.moved(own, (of) =>
        Object.fromEntries(outputs.map(([output, node]) => [output, of(node).slice()])),
      ) as Outputs<Output>;
    },
    cost(name) {
      const node = inputOf(name);
      return costOf(order, new Map([[node, node.type.shape.map(() => [0, 1] as const)]]));
    },
  };
}

function checked({ name }: Program, input: string, given: ArrayLike<number>, size: number): Values {
  if (given?.length !== size)
    throw new RangeError(`${name}: input '${input}' has ${size} numbers, got ${String(given?.length)}`);
  return given instanceof Float64Array ? given : Float64Array.from(given);
}

/** Each node's in an array of its own. */
function valuesAt(program: Program, order: readonly Expr[], given: Tensors): Map<Expr, Values> {
  const values = new Map<Expr, Values>();
  for (const node of program.inputs) {
    const name = node.label as string;
    values.set(node, checked(program, name, given[name], sizeOf(node.type.shape)).slice());
  }
  for (const node of order) {
    if (values.has(node)) continue;
    const operands = node.operands.map((operand) => values.get(operand) as Values);
    const own = node.op.evaluate(operands, node);
    values.set(node, operands.includes(own) ? own.slice() : own);
  }
  return values;
}

/**
 * The same, held against the reference engine the first time that each input moves.
 * Running it throws Error where a bit differs, as where an op says that it is elementwise and is not.
 */
export function verifiedNearby<Output extends string>(program: Program<Output>, values: Tensors): Nearby<Output> {
  const { at, cost } = nearby(program, values);
  const verified = new Set<string>();
  return {
    cost,
    at(input, moved) {
      const found = at(input, moved);
      if (!verified.has(input))
        verify(program, input, found, evaluate(referenceEngine, program, { ...values, [input]: moved }));
      verified.add(input);
      return found;
    },
  };
}

function verify(program: Program, input: string, found: Tensors, plain: Tensors): void {
  for (const [output, values] of Object.entries(plain)) {
    const place = Array.from(values).findIndex((value, i) => !Object.is(value, found[output][i]));
    if (place < 0) continue;
    throw new Error(
      `${program.name}: where '${input}' moves, number ${place} of '${output}' is ${values[place]}, but ` +
        `${found[output][place]} if a change reaches as far as kernels say: one of the ops is not what its kernel is, or ` +
        "says that it is elementwise and is not",
    );
  }
}
