/** How long a training takes, about: reckoned, not measured, as for threads, so that a pool does the same each time. */
import { sizeOf } from "../graph/type.ts";
import { type NetworkSpec, parametersOf } from "../nn/network.ts";
import { BATCH, EPOCHS } from "../train/fit-options.ts";
import type { QueuedOptions } from "./describe.ts";
import type { QueuedData } from "./rows.ts";

/** Operations for each parameter and row of an epoch: a product and a sum, forward, back, and by the weights. */
const OPERATIONS = 6;
/** How many of them a present machine makes in a second, on one thread, in products as small as these. */
const PER_SECOND = 1e10;
/** Seconds that an epoch, and a step, take beside. */
const EPOCH = 3e-4;
const STEP = 2e-5;

/** Seconds at most; 0 where it cannot be trained at all, which whoever goes through it will be told. */
export function costOf(network: NetworkSpec, { train }: QueuedData, options: QueuedOptions): number {
  try {
    const { epochs = EPOCHS, until = epochs, batch = BATCH, optimizer } = options;
    const rows = "of" in train ? train.rows.length : train.x.length / network.inputs;
    const parameters = parametersOf(network).reduce((total, { shape }) => total + sizeOf(shape), 0);
    // A minimizer may fill a matrix of all pairs of them.
    const isMatrix = typeof optimizer === "object" && optimizer.kind === "minimizer";
    const operations = OPERATIONS * rows * (isMatrix ? parameters ** 2 : parameters);
    const cost = until * (EPOCH + Math.ceil(rows / batch) * STEP + operations / PER_SECOND);
    return cost > 0 ? cost : 0;
  } catch {
    return 0;
  }
}
