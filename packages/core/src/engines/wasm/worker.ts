/** What a worker does, on every platform: attend to one memory until it is sent away, then to the next. */
import { type Gemm, type GemmLink, nativeGemm, notHere } from "./gemm.ts";
import { ABSENT, BEGUN, FAILED, FAILURE, PASSED, PRESENT, TRAPPED } from "./opcodes.ts";

/** An executable that needs the worker. */
export interface Attachment {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly gemm?: GemmLink | undefined;
  /** Addresses: the control block, and the words of this worker's share of the plan. */
  readonly control: number;
  readonly plan: number;
  readonly words: number;
  /** The number of the last run that it takes no part in. */
  readonly seen: number;
}

type Serve = (control: number, plan: number, words: number, seen: number) => number;

/** Returns when it is sent away, or when a run failed. */
export async function attend({ module, memory, gemm, control, plan, words, seen }: Attachment): Promise<void> {
  const state = new Int32Array(memory.buffer, control);
  try {
    const bound = gemm && nativeGemm(memory, await bindGemm(gemm, memory));
    const instance = new WebAssembly.Instance(module, { env: { memory, gemm: bound ?? notHere, call: notHere } });
    Atomics.add(state, BEGUN >> 2, 1);
    Atomics.notify(state, BEGUN >> 2);
    (instance.exports.serve as Serve)(control, plan, words, seen);
  } catch (error) {
    const hasTrapped = error instanceof WebAssembly.RuntimeError;
    Atomics.store(state, FAILURE >> 2, hasTrapped ? TRAPPED : ABSENT);
    Atomics.store(state, PASSED >> 2, FAILED);
    for (const word of [PASSED, BEGUN]) Atomics.notify(state, word >> 2);
    if (!hasTrapped) throw error;
  } finally {
    Atomics.sub(state, PRESENT >> 2, 1);
    Atomics.notify(state, PRESENT >> 2);
  }
}

async function bindGemm({ module, data }: GemmLink, memory: WebAssembly.Memory): Promise<readonly Gemm[]> {
  const { bind } = (await import(module)) as { bind(memory: WebAssembly.Memory, data: unknown): readonly Gemm[] };
  return bind(memory, data);
}
