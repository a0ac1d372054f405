/** Ours beside what the machine could do at best, and how steady it is from process to process. */
import { MOST_DRIFT } from "../lib/calibration.js";
import { digits, smallest } from "../lib/numbers.js";

export const FLOOR_HEAD = [
  "net",
  "threads",
  "MFLOP",
  "MB",
  "GFLOP/s",
  "GB/s",
  "floor, µs",
  "ours, µs",
  "ours",
  "share",
];

/** Our best entry of at most so many threads, and the floor as a share of its time. */
export function floorRows(floors, rows) {
  return floors.flatMap(({ net, flops, bytes, at }) =>
    at.map(({ threads, gflops, bandwidth, us }) => {
      const mine = bestOf(
        rows.find((row) => row.net === net),
        threads,
      );
      return [
        net,
        threads,
        ...[flops / 1e6, bytes / 1e6, gflops, bandwidth, us, mine?.us].map(digits),
        mine?.name ?? "–",
        share(us, mine?.us),
      ];
    }),
  );
}

const bestOf = (row, threads) =>
  smallest(
    (row?.entries ?? []).filter((entry) => entry.kind === "ours" && entry.valid && entry.threads <= threads),
    ({ us }) => us,
  );

const share = (floor, us) => (floor === undefined || us === undefined ? "–" : `${Math.round((100 * floor) / us)} %`);

export const PROCESS_HEAD = [
  "net",
  "ours",
  "processes",
  "median µs",
  "fastest",
  "slowest",
  "slowest ÷ median",
  "share of the floor",
];

export function processRows(processes, floors) {
  return processes.map(({ net, name, threads, us, fastest, slowest, spread, processes: count }) => {
    const floor = floors?.find((one) => one.net === net)?.at.find((one) => one.threads === threads);
    return [net, name, count, ...[us, fastest, slowest, spread].map(digits), share(floor?.us, us)];
  });
}

/** A line about how steady the machine was; with a warning where it was not. */
export function driftLine(drift, rows) {
  const percent = (value) => `${Math.round(100 * value)} %`;
  const loose = rows.filter((row) => row.drift > MOST_DRIFT).map((row) => `${row.net} (${percent(row.drift)})`);
  const line = `the machine drifted by ${percent(drift)} (a fixed loop between rounds, the slowest against the fastest)`;
  if (drift <= MOST_DRIFT) return line;
  return `NOT STEADY: ${line}${loose.length > 0 ? `; during ${loose.join(", ")}` : ""}: run again on a quiet machine`;
}
