/** Numbers in [−1, 1), the same for the same stream and seed. */
import { threefry, uniformAt } from "../../core/src/ops/random.ts";

export function randomNumbers(size: number, stream: number, seed: number): Float64Array {
  const key = threefry(seed, 0, 0x6368, 0);
  return Float64Array.from({ length: size }, (_, i) => 2 * uniformAt(key, stream, i) - 1);
}
