/**
 * Where threads wait for each other. Waiting is spinning for some microseconds, because the others are seldom far
 * behind, and then sleep. Nobody waits for ever for a thread that died: a barrier gives up after a time and says so.
 */

import { ARRIVED, FAILED, PASSED, SLEEPERS } from "../src/engines/wasm/opcodes";

/** Looks before sleep: about 100 µs. */
const SPINS = 100_000;
/** Looks of a thread that may not sleep before it gives up: some seconds. */
const MOST_SPINS: i64 = 5_000_000_000;
/** A sleep is cut into naps, so that a process that was stopped for a while is not mistaken for one that died. */
const NAPS = 10;

/** Waits until the word at `ptr` is not `old`; milliseconds < 0 is for ever. False when the time is over. */
export function awaitChange(control: usize, ptr: usize, old: i32, maySleep: bool, milliseconds: i32): bool {
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(ptr) != old) return true;
  if (!maySleep) {
    for (let i: i64 = 0; i < MOST_SPINS; i++) if (atomic.load<i32>(ptr) != old) return true;
    return false;
  }
  const nap: i64 = milliseconds < 0 ? -1 : (<i64>milliseconds * 1_000_000) / NAPS;
  atomic.add<i32>(control + SLEEPERS, 1);
  for (let i = 0; (i < NAPS || milliseconds < 0) && atomic.load<i32>(ptr) == old; i++) atomic.wait<i32>(ptr, old, nap);
  atomic.sub<i32>(control + SLEEPERS, 1);
  return atomic.load<i32>(ptr) != old;
}

/** Wakes whoever sleeps until the word at `ptr` changes. */
function wake(control: usize, ptr: usize): void {
  if (atomic.load<i32>(control + SLEEPERS) > 0) atomic.notify(ptr, -1);
}

/** Returns when all threads have called it. False when one of them failed, or did not come in time. */
export function barrier(control: usize, threads: i32, maySleep: bool, milliseconds: i32): bool {
  const passed = atomic.load<i32>(control + PASSED);
  if (passed == FAILED) return false;
  if (atomic.add<i32>(control + ARRIVED, 1) == threads - 1) {
    atomic.store<i32>(control + ARRIVED, 0);
    // Unless somebody failed meanwhile; the count stays clear of FAILED.
    if (atomic.cmpxchg<i32>(control + PASSED, passed, (passed + 1) & 0x7fffffff) != passed) return false;
    wake(control, control + PASSED);
    return true;
  }
  if (awaitChange(control, control + PASSED, passed, maySleep, milliseconds)) {
    return atomic.load<i32>(control + PASSED) != FAILED;
  }
  atomic.store<i32>(control + PASSED, FAILED);
  wake(control, control + PASSED);
  return false;
}
