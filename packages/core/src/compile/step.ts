/** The steps of a plan, and who does which of them when. */
import type { ChainStep } from "./chain.ts";
import type { KernelStep } from "./kernels.ts";
import type { Buffer } from "./memory.ts";

export interface MoveStep {
  /** take: a row of a sequence in; put: a row of a record out; move: a plain copy of bytes. */
  readonly kind: "take" | "put" | "move";
  readonly from: Buffer;
  readonly to: Buffer;
  /** Bytes from one row of the table to the next. */
  readonly row: number;
}

/** Nobody goes on before every thread is here. */
export interface BarrierStep {
  readonly kind: "barrier";
}

export type Step = ChainStep | KernelStep | MoveStep | BarrierStep;

/** What each thread does between two barriers. */
export type Phase = readonly (readonly Step[])[];

export interface Arrangement {
  readonly phases: readonly Phase[];
  /** Memory that it needs besides the steps' own. */
  readonly copies: readonly Buffer[];
  /** Nanoseconds that it is reckoned to take. */
  readonly cost: number;
}

/** One thread: a phase for each step, so that memory is shared as finely as it can be. */
export function inOrder(steps: readonly Step[]): Arrangement {
  return { phases: steps.map((step) => [[step]]), copies: [], cost: 0 };
}
