/**
 * One large product of matrices, 2048³ in f32: what this machine's arithmetic can do, through the libraries that are
 * known to reach it. The share of it that a whole training step reaches says how much the rest of the step costs.
 */
import { blasThreads, pythonEntry, THREADS } from "../lib/entries.js";
import { Entry } from "../lib/entry.js";
import { median, pause } from "../lib/numbers.js";

const SIZE = { m: 2048, n: 2048, k: 2048 };

function candidates({ python, ours }) {
  const native = ours.map(({ name, ...entry }) => ({ ...entry, name: `chaingrad ${name}` }));
  if (python === undefined) return native;
  const counts = [1, THREADS];
  return [
    ...counts.map((n) => pythonEntry(python, `NumPy ×${n}`, "numpy_peer.py", [], blasThreads(n))),
    ...counts.map((n) => pythonEntry(python, `PyTorch ×${n}`, "torch_peer.py", ["fused", String(n)])),
    ...native,
  ];
}

/** Gives GFLOP/s by name; who cannot do it is left out, with the reason. */
export async function measureGemm(context) {
  context.log("sgemm 2048 × 2048 × 2048");
  const live = candidates(context).map((spec) => ({ name: spec.name, entry: new Entry(spec), speeds: [] }));
  for (let round = 0; round < (context.quick ? 3 : 7); round++) {
    context.calibration.tick();
    for (const one of live) {
      if (one.failed !== undefined) continue;
      await pause(context.pause);
      try {
        const { gflops, version } = await one.entry.ask({ cmd: "gemm", ...SIZE });
        one.speeds.push(gflops);
        one.version = version;
      } catch (error) {
        one.failed = error.message;
      }
    }
  }
  for (const { entry } of live) entry.close();
  const measured = live.filter(({ failed }) => failed === undefined);
  return {
    speeds: measured.map(({ name, version, speeds }) => ({
      name,
      version,
      gflops: median(speeds),
      best: Math.max(...speeds),
    })),
    skipped: live.filter(({ failed }) => failed !== undefined).map(({ name, failed }) => ({ name, reason: failed })),
  };
}

/** Of whoever took part with so many threads: the fastest median. */
export function peakOf(gemm, threads) {
  const speeds = (gemm?.speeds ?? []).filter(({ name }) => name.endsWith(`×${threads}`));
  return speeds.length > 0 ? Math.max(...speeds.map(({ gflops }) => gflops)) : undefined;
}

export const peak = (gemm) => (gemm?.speeds.length ? Math.max(...gemm.speeds.map(({ gflops }) => gflops)) : undefined);
