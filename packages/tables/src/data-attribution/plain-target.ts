/** What can be said of one row's label: of one class or of one amount. */
import { UserError } from "@chaingrad/core/user-error";
import type { Target } from "../table/targets/target.ts";

/** Throws UserError on several targets and on sets of labels. */
export function checkPlainTarget(target: Target): void {
  if (target.task === "several") {
    const names = target.targets.map(({ name }) => name);
    refuseSeveral(names);
  }
  if (target.task === "multi-label")
    throw new UserError(
      `target: '${target.name}' holds sets of labels, and rows are looked into by one label each`,
      "Make a column for each label, and look into one of them.",
      { option: "target" },
    );
}

export function refuseSeveral(names: readonly string[]): never {
  throw new UserError(
    `target: expected one column, got ${names.length} (${names.join(", ")}): a row may be wrong in one and right in another`,
    `Look into one at a time: '${names[0]}' first, say, on a model of that alone.`,
    { option: "target" },
  );
}
