/** What a worker does, on every platform: attend to one memory until it is sent away, then to the next. */
import { type Gemm, type GemmLink, nativeGemm, notHere } from "./gemm.ts";
import {
  ABSENT,
  BEGUN,
  FAILED,
  FAILURE,
  JOB,
  JOB_STEPS,
  LEAVE,
  PASSED,
  PRESENT,
  SLEEPERS,
  TRAPPED,
} from "./opcodes.ts";
import { type ProcessorKernels, type ProcessorLink, providedKernels } from "./processor.ts";

/** An executable that needs the worker. */
export interface Attachment {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly gemm?: GemmLink | undefined;
  readonly processor?: ProcessorLink | undefined;
  /** Addresses: the control block, and the words of this worker's share of the plan. */
  readonly control: number;
  readonly plan: number;
  readonly words: number;
  /** The number of the last run that it takes no part in. */
  readonly seen: number;
}

/** Takes part in all runs after run number `seen`, until it is sent away or one failed. */
type Serve = (control: number, plan: number, words: number, seen: number) => unknown;

/** Returns when it is sent away, or when a run failed. */
export async function attend(attachment: Attachment): Promise<void> {
  const { module, memory, gemm, processor, control, plan, words, seen } = attachment;
  const state = new Int32Array(memory.buffer, control);
  try {
    const bound = gemm && nativeGemm(memory, await bindGemm(gemm, memory));
    const serve = processor
      ? servedBy((await providedKernels(processor.link)).bind(memory, processor.libraries), state)
      : servedByModule(module, { memory, gemm: bound ?? notHere, call: notHere });
    Atomics.add(state, BEGUN >> 2, 1);
    Atomics.notify(state, BEGUN >> 2);
    serve(control, plan, words, seen);
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

const servedByModule = (module: WebAssembly.Module, env: WebAssembly.ModuleImports): Serve =>
  new WebAssembly.Instance(module, { env }).exports.serve as Serve;

/** As `serve` of assembly/shared.ts, with the runs by other kernels. */
function servedBy(kernels: ProcessorKernels, state: Int32Array): Serve {
  const jobOf = (control: number, seen: number): number => {
    if (!kernels.changes(control + JOB, seen)) {
      Atomics.add(state, SLEEPERS >> 2, 1);
      Atomics.wait(state, JOB >> 2, seen);
      Atomics.sub(state, SLEEPERS >> 2, 1);
    }
    return Atomics.load(state, JOB >> 2);
  };
  return (control, plan, words, seen) => {
    for (let last = seen, isHealthy = true; isHealthy; ) {
      const job = jobOf(control, last);
      if (job === LEAVE) return;
      if (job === last) continue;
      last = job;
      const [first, steps] = state.subarray(JOB_STEPS >> 2);
      isHealthy = kernels.run(plan, words, first, steps) !== 0;
    }
  };
}

async function bindGemm({ module, data }: GemmLink, memory: WebAssembly.Memory): Promise<readonly Gemm[]> {
  const { bind } = (await import(module)) as { bind(memory: WebAssembly.Memory, data: unknown): readonly Gemm[] };
  return bind(memory, data);
}
