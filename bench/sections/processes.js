/**
 * How a step's time is spread over processes: where the system puts a program's memory and threads is settled anew in each, and
 * one process in ten may be twice as slow to its end. Each of ours runs a net in many fresh ones, in turns with the others.
 */
import { writeProblem } from "../lib/data.js";
import { Entry } from "../lib/entry.js";
import { netName } from "../lib/nets.js";
import { median, pause } from "../lib/numbers.js";

/** Seconds of steps in each process, after as many again for compilers to finish. */
const SECONDS = 0.3;
/** Of these the median counts for a process. */
const RUNS = 5;

/** Gives a row for each net and each of ours: µs a step, of the median process, the fastest and the slowest. */
export async function measureProcesses(context) {
  const { processes } = context;
  const rows = [];
  for (const net of context.nets) {
    context.log(`${netName(net)} in ${processes} processes each`);
    const problem = { dir: writeProblem(context.root, net), ...net };
    const live = context.ours.filter((spec) => !context.quick || spec.quick(net)).map((spec) => ({ spec, times: [] }));
    for (let i = 0; i < processes; i++) {
      context.calibration.tick();
      for (const one of live) await inProcess(one, problem, context);
    }
    for (const { spec, times, failed } of live) {
      if (failed !== undefined) context.log(`  ${spec.name}: skipped: ${failed}`);
      else rows.push(rowOf(netName(net), spec, times));
    }
  }
  return rows;
}

async function inProcess(one, problem, context) {
  if (one.failed !== undefined) return;
  const entry = new Entry(one.spec);
  try {
    await entry.ask({ cmd: "prepare", ...problem });
    const { us } = await entry.ask({ cmd: "run", steps: 3 });
    const steps = Math.max(1, Math.round((SECONDS * 1e6) / us / RUNS));
    await entry.ask({ cmd: "run", steps: steps * RUNS });
    const runs = [];
    for (let i = 0; i < RUNS; i++) runs.push((await entry.ask({ cmd: "run", steps })).us);
    one.times.push(median(runs));
    await pause(context.pause / 3);
  } catch (error) {
    one.failed = error.message;
  } finally {
    entry.close();
  }
}

const rowOf = (net, { name, threads }, times) => {
  const middle = median(times);
  const [fastest, slowest] = [Math.min(...times), Math.max(...times)];
  return { net, name, threads, processes: times.length, us: middle, fastest, slowest, spread: slowest / middle };
};
