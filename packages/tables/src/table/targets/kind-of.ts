/** What a target says of itself, whether it is one or several. */
import type { TargetKind } from "./kind.ts";
import { singleKind } from "./kinds.ts";
import { several } from "./several.ts";
import type { Target } from "./target.ts";

export const kindOf = (target: Target): TargetKind<Target> =>
  target.task === "several" ? (several as unknown as TargetKind<Target>) : (singleKind(target) as TargetKind<Target>);
