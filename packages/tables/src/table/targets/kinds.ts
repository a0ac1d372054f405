/** Every kind of target by its task. */
import { regression } from "./amounts.ts";
import { classification } from "./classification.ts";
import type { TargetKind } from "./kind.ts";
import { multiLabel } from "./label-sets.ts";
import { ordinal } from "./ordinal.ts";
import type { SingleTarget, Task } from "./target.ts";

const kinds: { readonly [Name in Task]: TargetKind<Extract<SingleTarget, { task: Name }>> } = {
  ...{ classification, regression, ordinal, "multi-label": multiLabel },
};

/** What a target in one column says of itself. */
export const singleKind = ({ task }: SingleTarget): TargetKind<SingleTarget> =>
  kinds[task] as unknown as TargetKind<SingleTarget>;
