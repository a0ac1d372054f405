/** Ops without a kernel: the kernels call back, and the op's own definition computes on the thread that started the run. */
import type { Buffer } from "../../compile/memory.ts";
import type { Step } from "../../compile/step.ts";
import type { TypedValues } from "../engine.ts";

/** The import `call` of the kernels: what the step of this number computes. */
export type Call = (id: number) => void;

/** @param view a buffer's numbers in the engine's memory, which never moves */
export function callsOf(steps: readonly Step[], view: (item: Buffer) => TypedValues): Call {
  const calls = new Map<number, () => void>();
  for (const step of steps) {
    if (step.kind !== "host") continue;
    const { node } = step;
    const [to, reads] = [view(step.to), step.reads.map(view)];
    // Every type in float64, in arrays that are made once.
    const operands = reads.map(({ length }) => new Float64Array(length));
    calls.set(node.id, () => {
      for (const [i, values] of reads.entries()) operands[i].set(values);
      to.set(node.op.evaluate(operands, node));
    });
  }
  return (id) => calls.get(id)?.();
}
