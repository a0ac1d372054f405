/** Whether a target that was read from a file is one. */
import {
  checkKeys,
  checkName,
  conform,
  finite,
  inRange,
  type Names,
  positive,
  type Range,
  wholeNumber,
} from "@chaingrad/core/given";
import { unique } from "../table/encodings/unique.ts";
import {
  hasClasses,
  type MultiLabelTarget,
  type Offset,
  offsetColumns,
  type RegressionTarget,
  type SeveralTarget,
  type SingleTarget,
  TASKS,
  type Target,
  targetsOf,
} from "../table/targets/target.ts";

/** The columns of a table that a target is made from. */
export const columnsOf = (target: Target): string[] => [
  ...targetsOf(target).map(({ name }) => name),
  ...offsetColumns(target),
];

/** Throws RangeError or FormatError, naming the part that is not what it must be. */
export function checkTarget(target: Target): void {
  conform("target", target, { name: "", why: "", task: "" });
  checkName("target", target.task, [...TASKS, "several"]);
  if (target.task === "several") checkSeveral(target);
  else checkSingle("target", target);
}

function checkSeveral(target: SeveralTarget): void {
  conform("target", target, { targets: [{}] });
  if (target.targets.length < 2)
    throw new RangeError(`target.targets: expected two at least, got ${target.targets.length}`);
  target.targets.forEach((one, i) => {
    const what = `target.targets.${i}`;
    conform(what, one, { name: "", why: "", task: "" });
    checkName(what, one.task, TASKS);
    checkSingle(what, one);
  });
}

function checkSingle(what: string, target: SingleTarget): void {
  if (target.task === "regression") checkAmounts(what, target);
  else if (hasClasses(target)) {
    conform(what, target, { classes: [""], counts: [0] });
    checkCounted(what, "classes", target.classes, target.counts);
    conform(`${what}.aside`, target.aside ?? [], [""]);
  } else checkLabels(what, target);
}

function checkLabels(what: string, target: MultiLabelTarget): void {
  conform(what, target, { labels: [""], counts: [0] });
  checkCounted(what, "labels", target.labels, target.counts);
}

function checkCounted(what: string, part: string, names: readonly string[], counts: readonly number[]): void {
  unique(`${what}.${part}`, names);
  counts.forEach((rows, label) => {
    inRange(`${what}.counts.${label}`, rows, wholeNumber);
  });
  if (counts.length !== names.length)
    throw new RangeError(`${what}.counts holds ${counts.length} counts of ${names.length} ${part}`);
}

const OFFSET: Names<Offset> = { column: true, log: true };

function checkAmounts(what: string, { mean, scale, link, factor, quantiles, offset }: RegressionTarget): void {
  const among = (part: string, value: number, range: Range): number => inRange(`${what}: ${part}`, value, range);
  among("mean", mean, finite);
  among("scale", scale, positive);
  if (link !== undefined) checkName(`${what}: link`, link, ["log"]);
  if (factor !== undefined) among("factor", factor, positive);
  if (quantiles !== undefined) conform(`${what}.quantiles`, quantiles, [0]);
  if (offset === undefined) return;
  checkKeys(`${what}: offset`, offset, OFFSET);
  conform(`${what}.offset`, offset, { column: "", log: true });
}
