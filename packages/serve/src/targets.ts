/** What a model predicts, target by target. */
import {
  type ClassificationTarget,
  type OrdinalTarget,
  type SingleTarget,
  type Target,
  targetsOf,
} from "@chaingrad/tables";

export const singleTargets = (target: Target): readonly SingleTarget[] => targetsOf(target);

/** Whether it is one of several classes. */
export const hasClasses = (target: SingleTarget): target is ClassificationTarget | OrdinalTarget =>
  target.task === "classification" || target.task === "ordinal";
