/**
 * Second order on small nets: whole Hessians and products with them, training by minimizers until the loss is low enough,
 * and K-FAC beside Adam. What somebody waits for who does it once is measured in a new process, after its imports: opening
 * the engine, building graphs, compiling, and a runtime that is still cold; then the same again in the same process.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blasThreads, pythonEntry, THREADS } from "../lib/entries.js";
import { Entry } from "../lib/entry.js";
import { median, pause, pooled } from "../lib/numbers.js";
import { REGRESSIONS, writeRegression } from "../lib/regression.js";

/** A method may take so many milliseconds to a target. */
const BUDGET = 5000;
/** A descent is repeated twice, or once where it took longer than this. */
const LONG = 1000;

const own = (threads, engine = "wasm") => ({
  name: `chaingrad${engine === "wasm" ? "" : ` ${engine}`}${threads === "default" ? "" : ` ×${threads}`}`,
  kind: "ours",
  library: "chaingrad",
  command: [
    ...[process.execPath, fileURLToPath(new URL("../second-order.js", import.meta.url))],
    ...["--threads", `${threads}`, "--engine", engine],
  ],
});

const python = (context, library, name, script, args, extra = {}) => ({
  ...pythonEntry(context.python, name, script, args, extra),
  kind: "peer",
  library,
});

export async function measureSecondOrder(context) {
  const skipped = [];
  const hessians = await measureHessians(context, skipped);
  if (context.quick) return { hessians, descents: [], digits: [], skipped };
  const descents = [];
  for (const problem of Object.keys(REGRESSIONS)) descents.push(...(await measureDescents(problem, context, skipped)));
  return { hessians, descents, digits: await measureDigits(context, skipped), skipped };
}

/** A failure is noted and takes nobody else along. */
async function attempt(one, context, skipped, task) {
  if (one.failed) return;
  try {
    await task();
  } catch (error) {
    one.failed = true;
    one.entry?.close();
    context.log(`  ${one.name}: skipped: ${error.message}`);
    skipped.push({ name: one.name, reason: error.message });
  }
}

/** Starts processes, some at a time, which stop as soon as everything is imported. */
async function loaded(specs, context, skipped, together = context.threads) {
  const all = await pooled(specs, together, async (spec) => {
    const before = performance.now();
    const one = { ...spec, entry: new Entry(spec) };
    await attempt(one, context, skipped, async () => {
      one.version = (await one.entry.ask({ cmd: "load" })).version;
      one.starting = performance.now() - before;
    });
    return one;
  });
  return all.filter(({ failed }) => !failed);
}

function hessianSpecs(context) {
  const mine = [own(1), own("default"), own(1, "blas")];
  const torch = (variant, name) => (threads) =>
    python(context, "PyTorch", `${name} ×${threads}`, "torch_second_order.py", [variant, `${threads}`], {
      // Empty at first, so that the first Hessian is one that is compiled.
      TORCHINDUCTOR_CACHE_DIR: join(context.root, `hessian-${variant}-${threads}`),
    });
  const jax = (threads) =>
    python(context, "JAX", `jax.hessian, jit ×${threads}`, "jax_second_order.py", [`${threads}`]);
  const counts = [1, THREADS];
  const peers = context.quick
    ? [torch("forward", "torch.func.hessian")(THREADS)]
    : [
        ...counts.map(torch("forward", "torch.func.hessian")),
        ...counts.map(torch("reverse", "torch jacrev(jacrev)")),
        ...counts.map(torch("compiled", "torch jacrev(jacrev), compiled")),
        ...counts.map(jax),
      ];
  return [...mine, ...(context.python === undefined ? [] : peers)];
}

async function measureHessians(context, skipped) {
  const rows = [];
  for (const dtype of context.quick ? ["f64"] : ["f64", "f32"])
    rows.push(...(await measureHessiansIn(dtype, context, skipped)));
  const exact = rows.find(({ kind }) => kind === "ours")?.matrix ?? rows[0]?.matrix;
  return rows.map(({ matrix, ...row }) => ({ ...row, off: difference(matrix, exact) }));
}

async function measureHessiansIn(dtype, context, skipped) {
  const { sizes } = REGRESSIONS.diabetes;
  context.log(`Hessian, ${sizes.join("-")}, ${dtype}`);
  const dir = writeRegression(context.root, "diabetes");
  const live = await loaded(hessianSpecs(context), context, skipped);
  for (const one of live) {
    await attempt(one, context, skipped, async () => {
      await pause(context.pause);
      Object.assign(one, await one.entry.ask({ cmd: "prepare", dir, sizes, dtype }));
      await one.entry.ask({ cmd: "run", calls: 10 });
      one.runs = [];
    });
  }
  const calls = context.quick ? 20 : 50;
  for (let round = 0; round < context.rounds; round++) {
    for (let i = 0; i < live.length; i++) {
      const one = live[(i + round) % live.length];
      await attempt(one, context, skipped, async () => {
        await pause(context.pause / 2);
        one.runs.push(await one.entry.ask({ cmd: "run", calls }));
      });
    }
  }
  for (const { entry } of live) entry.close();
  const measured = live.filter(({ failed }) => !failed);
  return measured.map(({ name, kind, library, version, first, compiling, threads, runs, matrix }) => {
    const of = (key) => (runs[0][key] === undefined ? undefined : median(runs.map((run) => run[key])));
    const hvpRatio = runs[0].product === undefined ? undefined : median(runs.map((run) => run.product / run.gradient));
    const times = { first, compiling, us: of("us"), gradient: of("gradient"), product: of("product"), hvpRatio };
    return { name, kind, library, version, dtype, threads, matrix, ...times };
  });
}

/** The largest difference of two matrices' elements, relative to the largest element. */
function difference(a, b) {
  const scale = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / scale;
}

function descentSpecs(context) {
  const titles = { "levenberg-marquardt": "Levenberg-Marquardt", lbfgs: "L-BFGS" };
  const mine = Object.entries(titles).map(([method, title]) => ({
    ...own("default"),
    name: `chaingrad, ${title}`,
    method,
  }));
  if (context.python === undefined) return mine;
  // Two threads are slower than one on these nets, for both.
  const sklearn = (pairs) => ({
    ...python(
      context,
      "scikit-learn",
      `scikit-learn, L-BFGS of ${pairs} pairs`,
      "sklearn_second_order.py",
      [],
      blasThreads(1),
    ),
    method: `${pairs}`,
  });
  const torch = (dtype) => ({
    ...python(context, "PyTorch", `PyTorch, L-BFGS, ${dtype}`, "torch_second_order.py", ["forward", "1"]),
    method: dtype,
  });
  return [...mine, sklearn(10), sklearn(20), torch("f64"), torch("f32")];
}

/** Gives a row for each target and entry: medians over the seeds, each in processes of its own. */
async function measureDescents(problem, context, skipped) {
  const { sizes, targets, seeds } = REGRESSIONS[problem];
  const dir = writeRegression(context.root, problem);
  const results = new Map();
  for (let seed = 1; seed <= seeds; seed++) {
    context.log(`${problem}, start ${seed} of ${seeds}`);
    const live = await loaded(descentSpecs(context), context, skipped, 1);
    for (let i = 0; i < live.length; i++) {
      const one = live[(i + seed) % live.length];
      await attempt(one, context, skipped, async () => {
        const runs = [];
        const ask = { cmd: "descend", dir, sizes, seed, method: one.method, targets, budget: BUDGET };
        for (let repeats = 2; repeats >= 0; repeats--) {
          await pause(context.pause / 3);
          const { reached } = await one.entry.ask(ask);
          runs.push(reached);
          if (runs.length === 1 && !(reached.at(-1)?.ms < LONG)) repeats = 1;
        }
        const { name, kind, library, version, starting } = one;
        if (!results.has(name)) results.set(name, { name, kind, library, version, starting: [], starts: [] });
        results.get(name).starts.push(runs);
        results.get(name).starting.push(starting);
        one.entry.close();
      });
    }
  }
  return targets.flatMap((target, i) =>
    [...results.values()].map(({ starts, starting, ...entry }) => {
      const times = summary(starts, i);
      return { problem, sizes, target, ...entry, ...times, whole: median(starting) + times.first };
    }),
  );
}

/** Of the target's times over all starts; one that was never reached counts as endless. */
function summary(starts, target) {
  const over = (time) => median(starts.map((runs) => time(runs.map((reached) => reached[target]))));
  const later = (value) => (runs) => median(runs.slice(1).map((run) => (run ? value(run) : Number.POSITIVE_INFINITY)));
  return {
    starts: starts.length,
    reached: starts.filter(([first]) => first[target] !== null).length,
    steps: over(([first]) => first?.steps ?? Number.POSITIVE_INFINITY),
    first: over(([first]) => first?.ms ?? Number.POSITIVE_INFINITY),
    firstCompiled: over(([first]) => (first ? first.ms - first.compiling : Number.POSITIVE_INFINITY)),
    again: over(later(({ ms }) => ms)),
    againCompiled: over(later(({ ms, compiling }) => ms - compiling)),
  };
}

/** The last of 1797 rows' batches of 256 has 5 rows for Adam; batches of 257 come out nearly even; and all rows at once. */
const DIGITS = {
  batches: [256, 257, 1797],
  scales: ["0 to 1", "standardised"],
  targets: [0.1, 0.02, 0.01],
  rates: [0.003, 0.01, 0.03, 0.1, 0.3],
  seeds: 3,
  epochs: { kfac: 100, adam: 400 },
};

/** Gives a row for each way of making batches and each target: K-FAC, and Adam at the rate that is best there. */
async function measureDigits(context, skipped) {
  const { batches, scales, targets, rates, seeds, epochs } = DIGITS;
  const methods = [{ method: "kfac" }, ...rates.map((rate) => ({ method: "adam", rate }))];
  const [one] = await loaded([own("default")], context, skipped);
  const rows = [];
  if (one === undefined) return rows;
  await attempt(one, context, skipped, async () => {
    for (const batch of batches) {
      for (const scale of scales) {
        context.log(`digits, pixels ${scale}, batches of ${batch}`);
        const found = methods.map((settings) => ({ ...settings, starts: [] }));
        for (let seed = 1; seed <= seeds; seed++) {
          for (const { starts, ...settings } of found) {
            const ask = { cmd: "digits", ...settings, batch, scale, seed, targets, epochs: epochs[settings.method] };
            starts.push((await one.entry.ask(ask)).reached);
          }
        }
        rows.push(...targets.map((target, i) => ({ batch, scale, target, ...contest(found, i) })));
      }
    }
  });
  one.entry.close();
  return rows;
}

function contest(found, target) {
  const [kfac, ...adams] = found.map(({ rate, starts }) => {
    const over = (value) => median(starts.map((reached) => value(reached[target]) ?? Number.POSITIVE_INFINITY));
    const compiled = (run) => (run ? run.ms - run.compiling : undefined);
    return { rate, steps: over((run) => run?.steps), ms: over((run) => run?.ms), compiled: over(compiled) };
  });
  const adam = adams.reduce((best, one) => (one.steps < best.steps ? one : best));
  const quickest = adams.reduce((best, one) => (one.ms < best.ms ? one : best));
  return { kfac, adam, quickest, share: kfac.steps / adam.steps };
}
