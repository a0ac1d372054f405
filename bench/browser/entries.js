/** Who takes part on a page: ours and the JavaScript peers, each answering what a process answers in the benchmark. */
import { wasmEngine } from "@chaingrad/core";
import { problemOf } from "../lib/problem.js";
import { Training } from "../ours/training.js";

const MODULES = "/bench/peers/node_modules";
const PEERS = `${MODULES}/@tensorflow`;

/** The problem of a net, kept for all who train it. */
let kept;
function problem({ sizes, batch }) {
  const name = `${sizes.join("-")}, ${batch}`;
  if (kept?.name !== name) kept = { name, ...problemOf({ sizes, batch }) };
  return { ...kept, sizes, batch };
}

/** An entry: `load` once, then a `run` of so many steps for the net that was prepared last. */
class Ours {
  #threads;
  #engine;
  #training;

  constructor(threads) {
    this.#threads = threads;
  }

  async prepare(net) {
    this.#engine ??= await wasmEngine({ threads: this.#threads });
    this.#training = new Training(this.#engine, problem(net));
    this.#training.reset();
  }

  run = (steps) => this.#training.run(steps);
}

/** Loads a classic script, once. */
const scripts = new Map();
function script(source) {
  if (!scripts.has(source))
    scripts.set(
      source,
      new Promise((done, fail) => {
        const element = Object.assign(document.createElement("script"), { src: source });
        element.addEventListener("load", done);
        element.addEventListener("error", () =>
          fail(new Error("not installed: node bench/bench.js installs the peers")),
        );
        document.head.append(element);
      }),
    );
  return scripts.get(source);
}

class Tfjs {
  #backend;
  #training;

  constructor(backend) {
    this.#backend = backend;
  }

  async prepare(net) {
    await script(`${PEERS}/tfjs/dist/tf.min.js`);
    await script(`${PEERS}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
    const { tf } = globalThis;
    // By itself it takes threads where the page is cross-origin isolated.
    tf.wasm.setWasmPaths(`${PEERS}/tfjs-backend-wasm/dist/`);
    if (!(await tf.setBackend(this.#backend))) throw new Error(`this browser has no ${this.#backend}`);
    await tf.ready();
    const { TfjsTraining } = await import("../peers/tfjs-training.js");
    this.#training?.dispose();
    this.#training = new TfjsTraining(tf, false, problem(net));
  }

  run = (steps) => {
    // The backend is the library's, not the training's.
    globalThis.tf.setBackend(this.#backend);
    return this.#training.run(steps);
  };
}

class JaxJs {
  #peer;
  #net;

  async prepare(net) {
    const jax = await import(`${MODULES}/@jax-js/jax/dist/index.js`);
    this.#peer = await import("../peers/jaxjs-training.js");
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    this.#net = this.#peer.load(problem(net));
  }

  run = (steps) => this.#peer.run(this.#net, steps);
}

/** More threads than this are not what pages are measured with. */
export const THREADS = globalThis.crossOriginIsolated ? Math.max(2, navigator.hardwareConcurrency) : 1;

const made = {
  "chaingrad wasm ×1": () => new Ours(1),
  ...(THREADS > 1 && { [`chaingrad wasm ×${THREADS}`]: () => new Ours(THREADS) }),
  "tfjs wasm": () => new Tfjs("wasm"),
  "tfjs webgl": () => new Tfjs("webgl"),
  "jax-js wasm": () => new JaxJs(),
};
export const NAMES = Object.keys(made);
const entries = new Map();

/** `cmd`: "prepare" with a net, "check" or "run" with steps; answers as `bench/lib/serve.js`. Throws Error where it cannot. */
export async function ask(name, { cmd, ...given }) {
  if (!entries.has(name)) entries.set(name, made[name]());
  const entry = entries.get(name);
  if (cmd === "prepare") {
    await entry.prepare(given);
    return { ready: true };
  }
  const before = performance.now();
  const loss = await entry.run(given.steps);
  return { loss, us: (1000 * (performance.now() - before)) / given.steps };
}
