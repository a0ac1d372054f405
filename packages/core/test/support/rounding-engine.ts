/** The reference engine with every f32 result rounded to f32: the best that an engine working in f32 can do. */
import type { SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import type { Op } from "../../src/graph/op.ts";
import { nodesOf } from "../../src/graph/program.ts";
import { held } from "./op-entry.ts";

const rounded = (op: Op): Op => ({
  ...op,
  evaluate: (operands, node) => held(op.evaluate(operands, node), node.type.dtype),
});

export const roundingEngine: SyncEngine = {
  sync: true,
  name: "reference, rounding",
  compile(program, options) {
    const copies = new Map<Expr, Expr>();
    const copy = (node: Expr): Expr => copies.get(node) as Expr;
    for (const node of nodesOf(program)) {
      copies.set(node, { ...node, op: rounded(node.op), operands: node.operands.map(copy) });
    }
    const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, node]) => [name, copy(node)]));
    return referenceEngine.compile({ ...program, inputs: program.inputs.map(copy), outputs }, options);
  },
};
