/**
 * Time of a training step. All entries of a net are prepared first, must then agree on the loss of step 20, and are
 * measured in turn, round after round, one at a time with all others stopped: what disturbs the machine hits all alike.
 */
import { writeProblem } from "../lib/data.js";
import { Entry } from "../lib/entry.js";
import { flopsPerStep, netName } from "../lib/nets.js";
import { median, pause, pooled, smallest } from "../lib/numbers.js";

/** The step whose loss is compared, and how far it may be off, relative to the median of all. */
const CHECKED = 20;
const TOLERANCE = 2e-3;

/** Steps so slow are not repeated: one a round, three rounds. */
const SLOW = 400_000;

/** Processes by name: a short run keeps them from net to net, a full one starts each net afresh. */
const kept = new Map();

/** Gives a row per net: its entries with µs, GFLOP/s, loss and validity, and what was skipped, with the reason. */
export async function measureSteps(context) {
  const rows = [];
  for (const net of context.nets) rows.push(await measureNet(net, context));
  for (const entry of kept.values()) entry.close();
  kept.clear();
  return rows;
}

async function measureNet(net, context) {
  context.log(`${netName(net)}, batch ${net.batch}`);
  const problem = { dir: writeProblem(context.root, net), ...net };
  const taking = context.entries.filter((entry) => entry.nets(net) && (!context.quick || entry.quick(net)));
  const started = await pooled(taking, context.threads, (spec) => start(spec, problem, context));
  const live = started.filter((one) => one.entry !== undefined);
  for (const one of live) await warmUp(one, context);
  const { ticks } = context.calibration;
  for (let round = 0; round < context.rounds; round++) {
    context.calibration.tick();
    // Another one begins each round, so that nobody always follows the same neighbour.
    for (let i = 0; i < live.length; i++) await measure(live[(i + round) % live.length], round, context);
  }
  context.calibration.tick();
  for (const one of live) await finish(one, context);
  return { ...summary(net, started, context.tolerance ?? TOLERANCE), drift: context.calibration.drift(ticks) };
}

/** A failure of one entry is noted in it and takes nobody else along. */
async function attempt(one, context, task) {
  if (one.failed !== undefined) return;
  try {
    await task();
  } catch (error) {
    one.failed = error.message;
    context.log(`  ${one.name}: skipped: ${error.message}`);
    one.entry?.close();
    kept.delete(one.name);
  }
}

async function start(spec, problem, context) {
  const one = { name: spec.name, kind: spec.kind, threads: spec.threads, library: spec.library, times: [] };
  await attempt(one, context, async () => {
    const entry = kept.get(spec.name) ?? new Entry(spec);
    one.entry = entry;
    kept.set(spec.name, entry);
    one.version = (await entry.ask({ cmd: "prepare", ...problem })).version;
    one.loss = (await entry.ask({ cmd: "check", steps: CHECKED })).loss;
  });
  if (one.failed !== undefined) one.entry = undefined;
  return one;
}

/** Finds how many steps fill a round; the first few also let compilers that watch a program finish their work. */
async function warmUp(one, context) {
  await attempt(one, context, async () => {
    let { us } = await one.entry.ask({ cmd: "run", steps: 1 });
    for (const share of [0.1, 0.5]) {
      if (us < SLOW) ({ us } = await one.entry.ask({ cmd: "run", steps: stepsFor(us, share * context.seconds) }));
    }
    one.steps = us < SLOW ? Math.max(3, stepsFor(us, context.seconds)) : 1;
    one.slow = us >= SLOW;
  });
}

const stepsFor = (us, seconds) => Math.max(1, Math.round((seconds * 1e6) / us));

async function measure(one, round, context) {
  if (one.slow && round >= 3) return;
  await attempt(one, context, async () => {
    await pause(context.pause);
    one.times.push((await one.entry.ask({ cmd: "run", steps: one.steps })).us);
  });
}

async function finish(one, context) {
  if (context.quick) return;
  try {
    one.memoryMB = (await one.entry.ask({ cmd: "memory" })).peakMB;
  } catch {
    // Not every system says it; the times stand all the same.
  }
  one.entry.close();
  kept.delete(one.name);
}

function summary(net, started, tolerance) {
  const measured = started.filter((one) => one.failed === undefined);
  const agreed = median(measured.map(({ loss }) => loss));
  const entries = measured.map(({ name, kind, threads, library, version, loss, times, memoryMB }) => {
    const us = median(times);
    const valid = Math.abs(loss - agreed) <= tolerance * Math.abs(agreed);
    return { name, kind, threads, us, loss, gflops: flopsPerStep(net) / us / 1e3, valid, memoryMB, library, version };
  });
  const skipped = started
    .filter((one) => one.failed !== undefined)
    .map(({ name, failed }) => ({ name, reason: failed }));
  const [mine, theirs] = ["ours", "peer"].map((kind) => best(entries, kind));
  const ratio = mine === undefined || theirs === undefined ? null : theirs.us / mine.us;
  return { net: netName(net), batch: net.batch, entries, ratio, skipped };
}

/** The fastest valid entry of a kind. */
export const best = (entries, kind) =>
  smallest(
    entries.filter((entry) => entry.kind === kind && entry.valid),
    ({ us }) => us,
  );
