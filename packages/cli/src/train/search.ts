/** What `search` says of what it found, beside the default recipe. */
import { PARTS, type Scores, targetsOf } from "@chaingrad/tables";
import type { Reached, Search } from "@chaingrad/tables/search";
import type { Shown } from "../output/line.ts";
import { formatTable } from "../output/table.ts";
import { paragraph } from "../output/wrap.ts";

const ENDED = {
  time: "its time is over",
  trials: "all its trials are done",
  space: "the space has nothing that was not tried",
  aborted: "it was interrupted",
} as const;

const score = (value: number | null | undefined): string => (typeof value === "number" ? value.toPrecision(4) : "–");

/** "2 hidden layers …": options as they are called on the command line. */
const described = (options: Search["best"]["options"]): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value === null ? "none" : String(value)}`)
    .join(", ");

export function printSearch(
  { best, trials, stopped, found, beside, prepared, seconds }: Search,
  width: number,
): Shown[] {
  const begun = new Set(trials.map(({ trial }) => trial)).size;
  const { baseline, part } = found.judged;
  const names = targetsOf(prepared.target).length === 1 ? Object.keys(baseline) : ["loss"];
  const of = (what: string, reached: Reached | undefined) =>
    PARTS.filter((own) => own !== "train").flatMap((own) => {
      const scores: Scores | undefined = reached?.judged.evaluations[own]?.scores;
      return scores === undefined ? [] : [[what, own, ...names.map((name) => score(scores[name]))]];
    });
  const rows = [
    ...of("found", found),
    ...of("default recipe", beside),
    ["guessing", part, ...names.map((name) => score(baseline[name]))],
  ];
  return [
    ...paragraph(
      `${begun} trials, ${trials.length} trainings in ${seconds.toFixed(1)} s; the search ended: ${ENDED[stopped]}`,
      width,
    ),
    ...paragraph(`best: trial ${best.trial}, ${described(best.options)}`, width),
    "",
    ...formatTable(["", "rows", ...names], rows, `ll${"r".repeat(names.length)}`, width),
    ...paragraph(CHOSEN, width),
  ];
}

const CHOSEN =
  "validation rows chose the trial, so that its score there is too good; test rows had no part in it (validation rows of the default recipe are training rows that were left out in turn)";

/** The document that `--json` prints. */
export function searchJson(
  { best, trials, stopped, rungs, found, beside, seconds }: Search,
  command: string,
  model: string | undefined,
): Record<string, unknown> {
  const metrics = ({ judged }: Reached) =>
    Object.fromEntries(Object.entries(judged.evaluations).map(([part, { scores }]) => [part, scores]));
  return {
    ...{ stopped, seconds, trials: new Set(trials.map(({ trial }) => trial)).size, trainings: trials.length, rungs },
    ...{ best, metrics: metrics(found), epochs: found.trained.end.epochs, baseline: found.judged.baseline },
    ...(beside && { default: { metrics: metrics(beside), networks: beside.trained.networks } }),
    ...{ command, ...(model !== undefined && { model }) },
  };
}
