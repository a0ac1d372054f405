/** What the terminal shows at the end: one table, the listing behind it, and what is missing. */
import { digits } from "../lib/numbers.js";
import { driftLine, FLOOR_HEAD, floorRows, PROCESS_HEAD, processRows } from "./floor.js";
import { HESSIAN_HEAD, hessianRows, secondOrderTargets } from "./second-order.js";
import { ENTRY_HEAD, entryRows, RATIO_HEAD, ratioRows, skippedEntries } from "./steps.js";
import { textTable } from "./tables.js";
import { TARGET_HEAD } from "./targets.js";

export function print({ rows, gemm, floors, processes, drift, secondOrder }, { leftOut, missing }) {
  if (rows.length > 0) {
    console.log(`\n${textTable(RATIO_HEAD, ratioRows(rows))}`);
    console.log("\nratio = µs of the best peer ÷ µs of our best entry\n");
    console.log(textTable(ENTRY_HEAD, entryRows(rows)));
  }
  if (gemm !== undefined) {
    const speeds = gemm.speeds.map(({ name, gflops }) => `${name} ${digits(gflops)}`);
    console.log(`\nsgemm 2048³, GFLOP/s: ${speeds.join(", ") || "not measured"}`);
  }
  if (floors !== undefined && rows.length > 0) {
    console.log(`\n${textTable(FLOOR_HEAD, floorRows(floors, rows))}`);
    console.log(
      "\nfloor = arithmetic ÷ sgemm + Adam's bytes ÷ bandwidth; share = floor ÷ ours of at most so many threads",
    );
  }
  if (processes !== undefined) console.log(`\n${textTable(PROCESS_HEAD, processRows(processes, floors))}`);
  if (secondOrder !== undefined) {
    console.log(`\n${textTable(HESSIAN_HEAD, hessianRows(secondOrder))}`);
    console.log(`\n${textTable(TARGET_HEAD, secondOrderTargets(secondOrder))}`);
  }
  console.log(`\n${driftLine(drift, rows)}`);
  for (const { name, reason } of [...skippedEntries(rows), ...(secondOrder?.skipped ?? [])])
    console.log(`skipped: ${name}: ${reason}`);
  for (const [name, reason] of leftOut) console.log(`left out: ${name}: ${reason}`);
  for (const reason of missing) console.log(`missing: ${reason}`);
}
