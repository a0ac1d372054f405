/**
 * A program of one member as a program of many: the batching rules of its ops, with products of matrices that stay apart, a
 * kernel call for each, and random numbers that each member draws by its own key. So every member has the bits that it has alone.
 */
import { type BatchRule, batch } from "../autodiff/batch.ts";
import { expr } from "../graph/expr.ts";
import type { Op } from "../graph/op.ts";
import { type Program, program } from "../graph/program.ts";
import { productOf } from "../ops/matmul.ts";
import { batchedAt, concat, reshape, slice } from "../ops/shape.ts";
import { input } from "../ops/source.ts";
import { stackedPairs } from "../ops/stacked-matmul.ts";

const ruleOf: BatchRule = (node) => {
  const product = productOf(node);
  if (product) return (_, operands, size) => stackedPairs(product.flags, operands, size);
  return node.op.kernel?.(node).kind === "random" ? oneByOne : undefined;
};

/** Each by its own key, [size, 2]. */
const oneByOne: Op["batch"] = ({ op, attributes, type }, [key], size) => {
  const keys = batchedAt(key, 0, size);
  const drawn = Array.from({ length: size }, (_, i) => {
    const own = expr(op, [reshape(slice(keys, [i, 0], [1, 2]), [2])], attributes);
    return reshape(own, [1, ...type.shape]);
  });
  return { expr: concat(drawn, 0), axis: 0 };
};

/** Inputs and outputs have an axis of members in front, [size, …], but for the inputs that all members share. */
export function stackedProgram<Output extends string>(
  one: Program<Output>,
  size: number,
  isShared: (input: string) => boolean,
): Program<Output> {
  const stacked = one.inputs.map((node) => {
    const { label = "", type, within } = node;
    return isShared(label) ? node : input(label, [size, ...type.shape], type.dtype, within);
  });
  const values = new Map(
    one.inputs.flatMap((node, i) => (stacked[i] === node ? [] : [[node, { expr: stacked[i], axis: 0 }] as const])),
  );
  const names = Object.keys(one.outputs) as Output[];
  const outputs = batch(
    names.map((name) => one.outputs[name]),
    values,
    size,
    ruleOf,
  );
  return program(
    `${one.name} of ${size}`,
    stacked,
    Object.fromEntries(names.map((name, i) => [name, outputs[i]])) as Program<Output>["outputs"],
  );
}
