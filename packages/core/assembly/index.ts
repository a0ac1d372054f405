/**
 * The interpreter of plans: a plan is a stream of words (see opcodes.ts), and running it is walking along the stream.
 * The host chose every offset when it compiled the plan, so nothing is allocated or checked here; only an unknown
 * opcode and a row index out of range trap.
 */

import {
  BARRIER, CALL, CAST, CHAIN, COPY, F64, GATHER_ROWS, GEMM, LOGSUMEXP, MAX, MOVE, NATIVE_GEMM, NORMAL, ONE_HOT, PUT,
  SCATTER_ROWS, SUM, TAKE, UNIFORM,
} from "../src/engines/wasm/opcodes";
import { chain } from "./elementwise/chain";
import { cast, copyAxes, copyBytes, gatherRows, oneHot, scatterRows } from "./copy";
import { gemm } from "./product/gemm";
import { random } from "./random";
import { reduce } from "./reduce";
import { barrier } from "./threads";

export { gemmWorkspace } from "./product/gemm";

/** The product of the instruction at p, by the host's library. */
@external("env", "gemm")
declare function nativeGemm(p: usize, wide: bool): void;

/** What the host knows by this number: an op without a kernel. */
@external("env", "call")
declare function callHost(id: i32): void;

/** Where the module's own constants end: memory from here on is the host's. */
export const heapBase: usize = __heap_base;

/** Word k of the instruction at p. */
@inline
function word(p: usize, k: usize): i32 {
  return load<i32>(p + (k << 2));
}

/**
 * Runs steps first … first + steps − 1 of the plan of `words` words at `plan`: a thread's own share of it, where there
 * are several. False when another thread failed.
 */
export function run(plan: usize, words: i32, first: i32, steps: i32): bool {
  const end = plan + (<usize>words << 2);
  for (let step = first; step < first + steps; step++) {
    for (let p = plan; p < end; p += <usize>word(p, 1) << 2) {
      const op = word(p, 0);
      if (op & F64) compute<f64>(op ^ F64, p);
      else if (op < GATHER_ROWS) compute<f32>(op, p);
      else if (op < BARRIER) move(op, p, step);
      else if (ASC_FEATURE_THREADS) {
        if (!barrier(word(p, 2), word(p, 3), word(p, 4) != 0, word(p, 5))) return false;
      }
    }
  }
  return true;
}

/** The instructions that have a form for each precision. */
function compute<T>(op: i32, p: usize): void {
  switch (op) {
    case CHAIN:
      return chain<T>(p);
    case GEMM:
      return gemm<T>(
        word(p, 2), word(p, 3), word(p, 4), word(p, 5) != 0, word(p, 6) != 0, word(p, 7), word(p, 8), word(p, 9),
        word(p, 10), word(p, 11), word(p, 12), word(p, 13),
      );
    case NATIVE_GEMM:
      return nativeGemm(p, sizeof<T>() == 8);
    case SUM:
    case MAX:
    case LOGSUMEXP:
      return reduce<T>(op, word(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7));
    case UNIFORM:
    case NORMAL:
      return random<T>(op == NORMAL, word(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6));
    case ONE_HOT:
      return oneHot<T>(word(p, 2), word(p, 3), word(p, 4), word(p, 5));
    case SCATTER_ROWS:
      return scatterRows<T>(word(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7));
    default:
      unreachable();
  }
}

/** The instructions that move bytes. */
function move(op: i32, p: usize, step: i32): void {
  switch (op) {
    case GATHER_ROWS:
      return gatherRows(word(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6), word(p, 7));
    case COPY:
      return copyAxes(word(p, 2), word(p, 3), 0, p + 24, word(p, 4), word(p, 5));
    case MOVE:
      return copyBytes(word(p, 2), word(p, 3), word(p, 4));
    case CAST:
      return cast(word(p, 2), word(p, 3), word(p, 4), word(p, 5), word(p, 6));
    case TAKE:
      return copyBytes(word(p, 2), word(p, 3) + step * word(p, 5), word(p, 4));
    case PUT:
      return copyBytes(word(p, 2) + step * word(p, 5), word(p, 3), word(p, 4));
    case CALL:
      return callHost(word(p, 2));
    default:
      unreachable();
  }
}
