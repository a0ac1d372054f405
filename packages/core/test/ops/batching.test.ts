/** Every op of the table on a batch against the op on each value, with the batch axis of each operand anywhere or nowhere. */
import { expect, test } from "vitest";
import { batch } from "../../src/autodiff/batch.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { ShapeError, sizeOf, stridesOf } from "../../src/graph/type.ts";
import { input } from "../../src/ops/source.ts";
import { broadcastTable } from "../support/broadcast-table.ts";
import { graphFunction } from "../support/graph-function.ts";
import { expectNear, generator } from "../support/numbers.ts";
import { instantiate, type OpEntry } from "../support/op-entry.ts";
import { opTable } from "../support/op-table.ts";

const SIZE = 3;

/** Three values of an operand: as sampled, so that no kink comes near. */
const samples = (entry: OpEntry, i: number): Float64Array[] => {
  const { shape, sample } = entry.operands[i];
  return Array.from({ length: SIZE }, (_, k) => Float64Array.from(sample(sizeOf(shape), 50 * k + i)));
};

/** Values stacked along an axis. */
function stack(values: readonly Float64Array[], shape: readonly number[], axis: number): Float64Array {
  const result = new Float64Array(SIZE * sizeOf(shape));
  const inner = axis === 0 ? sizeOf(shape) : stridesOf(shape)[axis - 1];
  values.forEach((own, k) => {
    own.forEach((value, j) => {
      result[(Math.floor(j / inner) * SIZE + k) * inner + (j % inner)] = value;
    });
  });
  return result;
}

/** Where each operand's batch axis is: each alone, and all together at places drawn at random. */
function arrangements(entry: OpEntry): (number | undefined)[][] {
  const { operands } = entry;
  const next = generator(7);
  const place = (i: number): number => Math.floor(next() * (operands[i].shape.length + 1));
  const alone = operands.flatMap(({ shape }, i) =>
    Array.from({ length: shape.length + 1 }, (_, axis) => operands.map((_, j) => (i === j ? axis : undefined))),
  );
  return [...alone, ...Array.from({ length: 4 }, () => operands.map((_, i) => place(i)))];
}

/** What cannot be batched, each refused with a reason. */
const REFUSED = /there is no batch of/;

function check(entry: OpEntry, axes: readonly (number | undefined)[]): void {
  const { inputs, result } = instantiate(entry, "f64");
  const values = entry.operands.map((_, i) => samples(entry, i));
  const stacked = inputs.map(({ type, label }, i) =>
    axes[i] === undefined ? undefined : input(`${label}s`, type.shape.toSpliced(axes[i], 0, SIZE), type.dtype),
  );
  const map = new Map(inputs.flatMap((node, i) => (stacked[i] ? [[node, { expr: stacked[i], axis: axes[i] }]] : [])));
  let batched: Expr;
  try {
    [batched] = batch([result], map, SIZE);
  } catch (error) {
    expect(error).toBeInstanceOf(ShapeError);
    expect((error as ShapeError).message).toMatch(REFUSED);
    return;
  }
  const given = inputs.map((node, i) => stacked[i] ?? node);
  const numbers = inputs.map((node, i) =>
    stacked[i] ? stack(values[i], node.type.shape, axes[i] as number) : values[i][0],
  );
  const single = graphFunction(inputs, [result]);
  const expected = Array.from({ length: SIZE }, (_, k) => [
    ...single(values.map((own, i) => own[stacked[i] ? k : 0]))[0],
  ]);
  expect(batched.type.shape).toEqual([SIZE, ...result.type.shape]);
  expectNear(graphFunction(given, [batched])(numbers), [expected.flat()], 1e-14);
}

const withOperands = [...opTable, ...broadcastTable].filter(({ operands }) => operands.length > 0);

test.each(withOperands.map((entry) => [entry.name, entry] as const))(
  "%s on a batch is the op on each value",
  (_, entry) => {
    for (const axes of arrangements(entry)) check(entry, axes);
  },
);
