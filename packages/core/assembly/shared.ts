/** The kernels on shared memory, with what a worker does there: wait for a run, take part in it, wait for the next. */

import { JOB, JOB_STEPS, LEAVE } from "../src/engines/wasm/opcodes";
import { run } from "./index";
import { awaitChange } from "./threads";

export { gemmWorkspace, heapBase, run } from "./index";

/** Takes part in all runs after run number `seen`, with the share of `words` words at `plan`. False when one failed. */
export function serve(control: usize, plan: usize, words: i32, seen: i32): bool {
  let healthy = true;
  while (healthy) {
    awaitChange(control, control + JOB, seen, true, -1);
    seen = atomic.load<i32>(control + JOB);
    if (seen == LEAVE) break;
    healthy = run(plan, words, load<i32>(control + JOB_STEPS), load<i32>(control + JOB_STEPS, 4));
  }
  return healthy;
}
