/**
 * What was made of the last few programs, for one that is the same: whoever trains, predicts or searches again has the same graph
 * again, node by node, and only its planning is spared. Nothing is looked at when the first one comes.
 */
import type { Expr } from "../graph/expr.ts";
import { nodesOf, type Program } from "../graph/program.ts";
import { sameType } from "../graph/type.ts";

/** So many are kept, of at most so many nodes, and numbers in an attribute. */
const MOST = { programs: 8, nodes: 500, numbers: 2 ** 14 };

interface Known<Made> {
  readonly program: Program;
  readonly options: object;
  readonly made: Made;
  /** Once it was compared with another one. */
  nodes?: readonly Expr[];
}

export class KnownPrograms<Made> {
  /** The last that was asked for at the end. */
  #known: Known<Made>[] = [];

  keep(program: Program, options: object, made: Made): void {
    this.#known = [...this.#known.slice(1 - MOST.programs), { program, options, made }];
  }

  /** What was kept for the same program with the same options. */
  find(program: Program, options: object): Made | undefined {
    const alike = this.#known.filter((one) => one.program.name === program.name && isSame(one.options, options));
    if (alike.length === 0) return undefined;
    const nodes = nodesOf(program);
    const found = alike.find((one) => {
      one.nodes ??= nodesOf(one.program);
      return isSameProgram(one.program, one.nodes, program, nodes);
    });
    if (found === undefined) return undefined;
    this.#known = [...this.#known.filter((one) => one !== found), found];
    return found.made;
  }
}

/** Whether two programs have the same inputs and outputs and the same nodes, in the same order, of the same ops. */
function isSameProgram(a: Program, these: readonly Expr[], b: Program, others: readonly Expr[]): boolean {
  if (these.length !== others.length || these.length > MOST.nodes) return false;
  const place = new Map(these.map((node, i) => [node, i]));
  const other = new Map(others.map((node, i) => [node, i]));
  const names = Object.keys(a.outputs);
  return (
    a.inputs.length === b.inputs.length &&
    isSame(names, Object.keys(b.outputs)) &&
    names.every((name) => place.get(a.outputs[name]) === other.get(b.outputs[name])) &&
    these.every((node, i) => {
      const twin = others[i];
      return (
        node.op === twin.op &&
        node.label === twin.label &&
        sameType(node.type, twin.type) &&
        node.operands.length === twin.operands.length &&
        node.operands.every((operand, k) => place.get(operand) === other.get(twin.operands[k])) &&
        isSame(node.attributes, twin.attributes)
      );
    })
  );
}

/** Whether two values hold the same, −0 and NaN included; what is neither list nor plain object is only the same as itself. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) return isSameList(a as Float64Array, b as Float64Array);
  if (Array.isArray(a))
    return a.length === (b as unknown[]).length && a.every((value, i) => isSame(value, (b as unknown[])[i]));
  if (Object.getPrototypeOf(a) !== Object.prototype) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) && isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
    )
  );
}

function isSameList(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length || a.length > MOST.numbers) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
