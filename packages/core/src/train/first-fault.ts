/** Where a computation first gives NaN or Infinity: the program is walked node by node, each by its op's definition. */
import type { Expr } from "../graph/expr.ts";
import { nodesOf, type Program } from "../graph/program.ts";
import { sizeOf, stridesOf } from "../graph/type.ts";

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

/** The first value that is not finite although its operands are; undefined if there is none. */
export function firstFault(program: Program, inputs: Readonly<Record<string, ArrayLike<number>>>): Fault | undefined {
  const values = new Map<Expr, Float64Array>();
  for (const node of nodesOf(program)) {
    const operands = node.operands.map((operand) => values.get(operand) as Float64Array);
    const isInput = program.inputs.includes(node);
    const own = isInput ? Float64Array.from(inputs[node.label as string]) : node.op.evaluate(operands, node);
    const at = own.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return describe(node, operands, own[at], at);
    values.set(node, own);
  }
  return undefined;
}

function describe(node: Expr, operands: readonly Float64Array[], value: number, at: number): Fault {
  const { shape } = node.type;
  const index = stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]);
  const isElementwise = operands.length > 0 && operands.every((own) => own.length === sizeOf(shape));
  const inside = isElementwise ? `(${operands.map((own) => own[at].toPrecision(6)).join(", ")})` : "";
  const name = node.label ?? node.op.name;
  return { operation: `${name}${inside} = ${value}`, index, row: index[0] };
}
