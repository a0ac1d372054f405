/** The rows of the two main tables: our best against the best peer, and everybody. */
import { digits } from "../lib/numbers.js";
import { best } from "../sections/steps.js";

export const RATIO_HEAD = ["net", "batch", "ours", "µs", "best peer", "µs", "ratio"];

export function ratioRows(rows) {
  return rows.map(({ net, batch, entries, ratio }) => {
    const [mine, theirs] = ["ours", "peer"].map((kind) => best(entries, kind));
    const cells = (entry) => [entry?.name ?? "–", digits(entry?.us)];
    return [net, batch, ...cells(mine), ...cells(theirs), digits(ratio)];
  });
}

export const ENTRY_HEAD = ["net", "entry", "µs/step", "GFLOP/s", "loss at step 20", ""];

export function entryRows(rows) {
  return rows.flatMap(({ net, entries }) =>
    [...entries]
      .sort((a, b) => a.us - b.us)
      .map(({ name, kind, us, gflops, loss, valid }) => [
        net,
        kind === "ours" ? `chaingrad ${name}` : name,
        digits(us),
        digits(gflops),
        loss?.toFixed(5) ?? "none",
        valid ? "valid" : "INVALID",
      ]),
  );
}

/** Who could not take part, each name and reason once, with the nets it is about. */
export function skippedEntries(rows) {
  const nets = new Map();
  for (const { net, skipped } of rows) {
    for (const { name, reason } of skipped) {
      const key = JSON.stringify([name, reason]);
      nets.set(key, [...(nets.get(key) ?? []), net]);
    }
  }
  return [...nets].map(([key, where]) => {
    const [name, reason] = JSON.parse(key);
    return { name, reason: where.length === rows.length ? reason : `${reason}, on ${where.join(" and ")}` };
  });
}
