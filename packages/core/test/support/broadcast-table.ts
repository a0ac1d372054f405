/**
 * Every elementwise op of several operands again, with operands that broadcast: each operand in turn as a row, a column,
 * a scalar and a number beside [3, 5], and all of them growing at once.
 */
import type { Expr } from "../../src/graph/expr.ts";
import { type Shape, sizeOf } from "../../src/graph/type.ts";
import type { Element, OpEntry } from "./op-entry.ts";
import { opTable } from "./op-table.ts";

/** x seen under a larger shape: missing leading axes and axes of size 1 repeat. */
const repeated =
  (x: Element, shape: Shape): Element =>
  (...index) =>
    x(...shape.map((size, axis) => (size === 1 ? 0 : index[index.length - shape.length + axis])));

function withShapes(entry: OpEntry, shapes: readonly Shape[]): OpEntry {
  const { formula } = entry.elementwise!;
  return {
    ...entry,
    name: `${entry.name} of ${shapes.map((shape) => `[${shape}]`).join(" and ")}`,
    operands: entry.operands.map((operand, i) => ({ ...operand, shape: shapes[i] })),
    formula: (elements, index) => formula(...elements.map((x, i) => repeated(x, shapes[i])(...index))),
  };
}

function withNumber(entry: OpEntry, at: number): OpEntry {
  const { apply, formula } = entry.elementwise!;
  const [number] = entry.operands[at].sample(sizeOf([]), 77);
  const insert = <T>(others: readonly T[], inserted: T): T[] => others.toSpliced(at, 0, inserted);
  return {
    ...entry,
    name: `${entry.name} with the number ${number} as operand ${at}`,
    operands: entry.operands.filter((_, i) => i !== at),
    build: (operands) => apply(...insert<Expr | number>(operands, number)),
    formula: (elements, index) =>
      formula(
        ...insert(
          elements.map((x) => x(...index)),
          number,
        ),
      ),
  };
}

const OTHERS: readonly Shape[] = [[5], [3, 1], []];
const GROWING: readonly Shape[] = [[3, 1], [5], [2, 1, 1]];

const several = opTable.filter((entry) => entry.elementwise && entry.operands.length > 1 && entry.name === entry.op);

export const broadcastTable: readonly OpEntry[] = several.flatMap((entry) => [
  ...entry.operands.flatMap((_, at) => [
    ...OTHERS.map((other) =>
      withShapes(
        entry,
        entry.operands.map(({ shape }, i) => (i === at ? other : shape)),
      ),
    ),
    withNumber(entry, at),
  ]),
  withShapes(entry, GROWING.slice(0, entry.operands.length)),
]);
