/**
 * Where a computation first gives NaN or Infinity: the program is walked node by node, each by its op's definition and
 * rounded to the node's own precision, so that what overflows in f32 overflows here.
 */
import type { Expr } from "../../graph/expr.ts";
import { nodesOf, type Program } from "../../graph/program.ts";
import { type Shape, sizeOf, stridesOf } from "../../graph/type.ts";
import { allFinite } from "../../train/finite.ts";

/** Where a program first has a value that is not finite. */
export interface Fault {
  /** "log(-0.3) = NaN", as far as the operation is elementwise; else its name and result. */
  readonly operation: string;
  /** Where in its result, from 0. */
  readonly index: readonly number[];
  /** The first of these: for a batch, the row. Undefined for a scalar. */
  readonly row: number | undefined;
}

/** A function that is not finite where it has to be. */
export class NonFiniteError extends Error {
  override readonly name: string = "NonFiniteError";
  readonly fault: Fault | undefined;

  constructor(what: string, value: number, fault: Fault | undefined) {
    super(fault ? `${what} is ${value}: ${printFault(fault)}` : `${what} is ${value}`);
    this.fault = fault;
  }
}

function printFault({ operation, index, row }: Fault): string {
  if (row === undefined) return operation;
  const rest = index.slice(1);
  return `${operation} in row ${row}${rest.length > 0 ? `, element [${rest.join(", ")}]` : ""} (from 0)`;
}

/** A value that is not finite although all that it was made of is. */
export interface Origin {
  readonly node: Expr;
  /** Its place among the node's elements, row-major. */
  readonly at: number;
  readonly value: number;
  readonly operands: readonly Float64Array[];
}

type Inputs = Readonly<Record<string, ArrayLike<number>>>;

/** Every node's value by its op's definition, those of f32 nodes rounded to f32. */
export function valuesOf(program: Program, inputs: Inputs): Map<Expr, Float64Array> {
  const values = new Map<Expr, Float64Array>();
  const listed = new Set(program.inputs);
  for (const node of nodesOf(program)) {
    const own = listed.has(node)
      ? Float64Array.from(inputs[node.label as string])
      : node.op.evaluate(
          node.operands.map((operand) => values.get(operand) as Float64Array),
          node,
        );
    values.set(node, node.type.dtype === "f32" ? own.map(Math.fround) : own);
  }
  return values;
}

/**
 * The first value, in the order in which the graph was made (forward, backward, update), that is not finite although its
 * operands are, and that made one of the outputs so: an infinity that nothing takes up, as in a branch not chosen or under
 * a minimum, is no fault. Undefined when the outputs are finite.
 * @param outputs those that matter (all by default)
 */
export function findOrigin(
  program: Program,
  inputs: Inputs,
  outputs: readonly string[] = Object.keys(program.outputs),
): Origin | undefined {
  const values = valuesOf(program, inputs);
  const isBad = (node: Expr): boolean => !allFinite(values.get(node) as Float64Array);
  const pending = outputs.map((name) => program.outputs[name]).filter(isBad);
  const seen = new Set(pending);
  let first: Expr | undefined;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const bad = node.operands.filter(isBad);
    if (bad.length === 0 && (first === undefined || node.id < first.id)) first = node;
    for (const operand of bad) {
      if (!seen.has(operand)) pending.push(operand);
      seen.add(operand);
    }
  }
  if (first === undefined) return undefined;
  const own = values.get(first) as Float64Array;
  const at = own.findIndex((value) => !Number.isFinite(value));
  const operands = first.operands.map((operand) => values.get(operand) as Float64Array);
  return { node: first, at, value: own[at], operands };
}

/** The first value that is not finite although its operands are, and that makes an output so; undefined if there is none. */
export function firstFault(program: Program, inputs: Inputs): Fault | undefined {
  const origin = findOrigin(program, inputs);
  return origin && describe(origin);
}

function describe({ node, at, value, operands }: Origin): Fault {
  const { shape } = node.type;
  const index = indexOf(at, shape);
  const isElementwise = operands.length > 0 && operands.every((own) => own.length === sizeOf(shape));
  const inside = isElementwise ? `(${operands.map((own) => own[at].toPrecision(6)).join(", ")})` : "";
  const name = node.label ?? node.op.name;
  return { operation: `${name}${inside} = ${value}`, index, row: index[0] };
}

/** Where element `at` of a tensor, counted row-major, stands: one number for each axis, from 0. */
export function indexOf(at: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]);
}
