/**
 * What a step costs as nets and batches grow: our engines over parameters × batch, on nets n-n-n-10 with n chosen so
 * that the parameters come near a power of ten. Beside them stand two floors: the arithmetic at the speed of a large
 * sgemm, and Adam's traffic, 28 bytes a parameter (read w, g, m, v; write w, m, v), at main memory's bandwidth.
 */

import { memoryBandwidth } from "../lib/bandwidth.js";
import { writeProblem } from "../lib/data.js";
import { Entry } from "../lib/entry.js";
import { ADAM_BYTES, flopsPerStep, parameterCount } from "../lib/nets.js";
import { median, pause } from "../lib/numbers.js";

const PARAMETERS = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
const BATCHES = [1, 16, 256, 4096];

/** Steps that would take longer than this, at a tenth of the machine's speed, are left out. */
const LONGEST = 5;

/** The net n-n-n-10 of about so many parameters: 2n² + 12n + 10 = p. */
function netOf(parameters, batch) {
  const n = Math.max(2, Math.round((-12 + Math.sqrt(144 + 8 * (parameters - 10))) / 4));
  return { sizes: [n, n, n, 10], batch };
}

export async function measureSize(context, peak) {
  context.log("cost against size");
  const bandwidth = await memoryBandwidth(context.threads);
  const points = [];
  for (const spec of context.ours) {
    const entry = new Entry(spec);
    try {
      for (const parameters of PARAMETERS) {
        for (const batch of BATCHES) points.push(await point(entry, spec.name, netOf(parameters, batch), context));
      }
    } catch (error) {
      context.log(`  ${spec.name}: skipped: ${error.message}`);
    } finally {
      entry.close();
    }
  }
  return { points: points.filter((one) => one !== undefined), bandwidth, peak, bytes: ADAM_BYTES };
}

async function point(entry, name, net, context) {
  if (flopsPerStep(net) / 1e9 / 20 > LONGEST) return undefined;
  await entry.ask({ cmd: "prepare", dir: writeProblem(context.root, net, 1), ...net });
  let { us } = await entry.ask({ cmd: "run", steps: 1 });
  const times = [us];
  if (us < 1e6) {
    for (const share of [0.02, 0.1]) ({ us } = await entry.ask({ cmd: "run", steps: steps(us, share) }));
    times.length = 0;
    for (let i = 0; i < 3; i++) {
      await pause(context.pause / 3);
      times.push((await entry.ask({ cmd: "run", steps: steps(us, 0.1) })).us);
    }
  }
  return { name, parameters: parameterCount(net), batch: net.batch, us: median(times), flops: flopsPerStep(net) };
}

const steps = (us, seconds) => Math.max(1, Math.round((seconds * 1e6) / us));
