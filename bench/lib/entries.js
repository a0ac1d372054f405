/**
 * Who takes part: ours and the peers, each in several forms, of which the best counts and all are listed.
 * `nets` says which it can run in a sensible time, `quick` which a short run keeps: those that were fastest before.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { NETS } from "./nets.js";

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const all = () => true;
const never = () => false;
const upTo = (number) => (net) => NETS.indexOf(net) < number;
const from = (number) => (net) => NETS.indexOf(net) >= number - 1;

/** Threads of the entries that use more than one. */
export const THREADS = Math.max(2, availableParallelism());

/** Left out, and why. */
export const LEFT_OUT = [
  ["brain.js", "its networks have no softmax cross-entropy and no batches: it cannot run this training step"],
  [
    "TensorFlow.js wasm with threads",
    "its own flags switch threads off in Node (setThreadsCount(2) changes nothing): listed with one thread",
  ],
  ["jax-js with threads or WebGPU", "in Node it has neither web workers nor WebGPU: listed as its wasm device runs"],
];

const ownEntry = (engine, threads) => ({
  name: `${engine} ×${threads}`,
  kind: "ours",
  threads,
  library: `chaingrad ${engine} ×${threads}`,
  command: [process.execPath, file("ours.js"), "--engine", engine, "--threads", String(threads)],
  nets: all,
  quick: all,
});

export function ours() {
  const several = ["blas", "native"].flatMap((engine) => [ownEntry(engine, 1), ownEntry(engine, THREADS)]);
  // One embedded thread takes seconds for a check of the largest net.
  return [{ ...ownEntry("wasm", 1), quick: upTo(4) }, ownEntry("wasm", THREADS), ...several];
}

/** With products of bf16: ours where it is faster, PyTorch's autocast wherever it takes it. */
export function bf16({ python, cache }) {
  const own = [1, THREADS].map((threads) => ownEntry("bf16", threads));
  const forms = { "fused-bf16": "torch autocast bf16", "compiled-bf16": "torch compiled, autocast bf16" };
  const theirs = python === undefined ? [] : torch(python, cache, forms);
  return [...own, ...theirs].map((entry) => ({ ...entry, quick: all }));
}

/**
 * The environment of a Python peer. Work-arounds for old OpenBLAS builds slow the current one down; and glibc is told to
 * keep large blocks, else every temporary of NumPy and PyTorch is fetched from the kernel anew, page by page.
 */
function pythonEnvironment(extra) {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...environment } = process.env;
  const keep = { MALLOC_MMAP_THRESHOLD_: "1073741824", MALLOC_TRIM_THRESHOLD_: "4294967296" };
  return { ...environment, ...keep, JAX_PLATFORMS: "cpu", TORCHINDUCTOR_COMPILE_THREADS: "1", ...extra };
}

export function pythonEntry(python, name, script, args, extra = {}) {
  return {
    name,
    kind: "peer",
    command: [python, file(`peers/${script}`), ...args],
    environment: pythonEnvironment(extra),
  };
}

/** Native libraries under NumPy, with their number of threads. */
export const blasThreads = (threads) => ({
  OPENBLAS_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
  OMP_NUM_THREADS: String(threads),
});

const TORCH = { eager: "torch Adam", fused: "torch Adam fused", compiled: "torch compiled" };

function torch(python, cache, forms = TORCH) {
  return Object.entries(forms).flatMap(([variant, name]) =>
    [1, THREADS].map((threads) => ({
      ...pythonEntry(python, `${name} ×${threads}`, "torch_peer.py", [variant, String(threads)], {
        TORCHINDUCTOR_CACHE_DIR: cache,
      }),
      library: `PyTorch${variant.startsWith("compiled") ? " compiled" : ""}`,
      nets: all,
      quick: variant === "fused" ? (threads === 1 ? upTo(2) : from(5)) : never,
    })),
  );
}

/** The loop on all cores everywhere; another form beside it where that was faster still. */
function quickJax(variant, threads) {
  if (variant === "step") return (net) => threads > 1 && net === NETS[4];
  if (variant === "loop") return threads > 1 ? all : never;
  return (net) => net === (threads > 1 ? NETS[3] : NETS[0]);
}

function jax(python) {
  const forms = { step: "jax step", loop: "jax fori_loop", unrolled: "jax fori_loop by 4" };
  return Object.entries(forms).flatMap(([variant, name]) =>
    [1, THREADS].map((threads) => ({
      ...pythonEntry(python, `${name} ×${threads}`, "jax_peer.py", [variant, String(threads)]),
      library: "JAX",
      nets: all,
      quick: quickJax(variant, threads),
    })),
  );
}

function sklearn(python) {
  return [1, THREADS].map((threads) => ({
    ...pythonEntry(python, `scikit-learn ×${threads}`, "sklearn_peer.py", [], blasThreads(threads)),
    library: "scikit-learn",
    nets: all,
    quick: threads === 1 ? upTo(2) : never,
  }));
}

function javaScript() {
  const entry = (name, library, script, args, nets, quick) => ({
    name,
    kind: "peer",
    library,
    command: [process.execPath, file(`peers/${script}`), ...args],
    nets,
    quick,
  });
  return [
    entry("tfjs wasm", "TensorFlow.js wasm", "tfjs.js", ["wasm", "1"], all, upTo(3)),
    entry("tfjs wasm, own gradient", "TensorFlow.js wasm", "tfjs.js", ["wasm", "1", "own"], all, never),
    entry("tfjs cpu", "TensorFlow.js cpu", "tfjs.js", ["cpu", "1"], upTo(3), never),
    entry("jax-js wasm", "jax-js", "jaxjs.js", [], all, never),
  ];
}

/** `cache`: where compiled forms may keep what they compiled, for this run only. */
export function peers({ python, node, cache }) {
  return [
    ...(python === undefined ? [] : [...torch(python, cache), ...jax(python), ...sklearn(python)]),
    ...(node ? javaScript() : []),
  ];
}
