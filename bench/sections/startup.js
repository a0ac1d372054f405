/**
 * From nothing to the first step: a new process, its libraries, the problem's files, compilation, one step, its loss.
 * What somebody waits who trains a small net once.
 */
import { writeProblem } from "../lib/data.js";
import { Entry } from "../lib/entry.js";
import { NETS, netName } from "../lib/nets.js";
import { median } from "../lib/numbers.js";

const REPEATS = 3;

/** One form of each library, with the fewest threads, is enough. */
function libraries(entries) {
  const seen = new Map();
  for (const entry of entries) if (!seen.has(entry.library)) seen.set(entry.library, entry);
  return [...seen.values()];
}

export async function measureStartup(context) {
  const rows = [];
  for (const net of [NETS[0], NETS[3]]) {
    context.log(`start-up, ${netName(net)}`);
    const problem = { dir: writeProblem(context.root, net), ...net };
    const runs = libraries(context.entries.filter((entry) => entry.nets(net))).map((spec) => ({ spec, times: [] }));
    for (let i = 0; i < REPEATS; i++) for (const one of runs) await once(one, problem);
    for (const { spec, times } of runs) {
      if (times.length > 0)
        rows.push({ net: netName(net), library: spec.library, first: times[0] / 1e3, seconds: median(times) / 1e3 });
    }
  }
  return rows;
}

async function once({ spec, times }, problem) {
  const before = performance.now();
  const entry = new Entry(spec);
  try {
    await entry.ask({ cmd: "prepare", ...problem });
    await entry.ask({ cmd: "check", steps: 1 });
    times.push(performance.now() - before);
  } catch {
    // Said where the steps are measured.
  } finally {
    entry.close();
  }
}
