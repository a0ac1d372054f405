/**
 * The embedded engine: AssemblyScript kernels with 128-bit SIMD that walk a plan by themselves, so one call from
 * JavaScript runs any number of steps, on any number of threads. Here it is decided which kernels, and how many threads.
 */
import { host } from "#host";
import type { Step } from "../../compile/step.ts";
import { checkKeys, type Names } from "../../given/names.ts";
import type { SyncEngine } from "../engine.ts";
import { type EngineLink, replicated } from "../replica.ts";
import { checkKernels, engineOf, type Shop } from "./executable.ts";
import type { GemmProvider } from "./gemm.ts";
import { PolicyError } from "./host/host.ts";
import { type KernelProvider, linkTo } from "./processor.ts";

/** Where the engine's kernels come from, on how many threads they run, and what multiplies matrices. */
export interface WasmOptions {
  /**
   * The compiled kernels; by default they are found beside this package (a file in Node, fetched in a browser). An edge
   * worker that may not compile imports `@chaingrad/core/kernels.wasm` and passes the module. One thread runs it.
   */
  readonly module?: WebAssembly.Module;
  /**
   * How many threads share each executable's work, ≥ 1, or the most that may, where its size decides. By default at most
   * as many as the host has; a browser must be cross-origin isolated to have more than one.
   */
  readonly threads?: number | { readonly most: number };
  /** A library of the host's for matrix products, as `@chaingrad/blas` finds one. Each product uses what is faster. */
  readonly gemm?: GemmProvider;
  /** Kernels for this processor in the place of the embedded ones, as `@chaingrad/native` finds them. */
  readonly kernels?: KernelProvider;
}

/** Operations of a matrix product in a nanosecond, as a present machine makes them. */
const FLOPS = { kernels: 40, library: 150 };
const OPTIONS: Names<WasmOptions> = { module: true, threads: true, gemm: true, kernels: true };
/** More threads than this share nobody's work, unless the host has them. */
const MOST_THREADS = 64;

/** Throws RangeError when `threads` is not a number of threads that this host can have. */
function threadsOf({ threads, module }: WasmOptions): {
  readonly threads: NonNullable<WasmOptions["threads"]>;
  most: number;
} {
  const chosen = threads ?? { most: module ? 1 : host.threads };
  if (typeof chosen === "object") checkKeys("threads", chosen, { most: true });
  const most = typeof chosen === "object" ? chosen.most : chosen;
  const limit = Math.max(MOST_THREADS, host.threads);
  if (!(Number.isInteger(most) && most >= 1 && most <= limit))
    throw new RangeError(`threads must be a whole number from 1 to ${limit}, got ${String(most)}`);
  if (most > 1 && module) throw new RangeError("threads: kernels that are passed as a module run on one thread");
  if (most > 1 && host.threads === 1)
    throw new RangeError("threads: this host has no shared memory (is the page cross-origin isolated?)");
  return { threads: chosen, most };
}

let hasTold = false;
/** Says once why there is one thread, to those who left the number open. */
function tellAlone(): void {
  if (host.alone !== undefined && !hasTold) console.info(`chaingrad: ${host.alone}`);
  hasTold = true;
}

/** Bundlers leave files behind that no script names, and edge workers may not compile: the error says what helps. */
async function loadKernels(shared: boolean): Promise<WebAssembly.Module> {
  try {
    return await host.load(shared ? "kernels.shared" : "kernels");
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    const remedy =
      "pass them: wasmEngine({ module }), with module = await WebAssembly.compile(the bytes of @chaingrad/core/kernels.wasm), " +
      "or that file imported as a module";
    throw new Error(`the kernels cannot be loaded from beside this script (${(cause as Error).message}): ${remedy}`, {
      cause,
    });
  }
}

/** What another thread makes this engine of; undefined where it could not find the library again. */
function linkOf({ module, shared, gemm, kernels }: Shop): EngineLink | undefined {
  const own = { kind: "wasm", module, shared, ...(kernels && { kernels: linkTo(kernels) }) } as const;
  if (gemm === undefined) return own;
  const provider = gemm.provider?.();
  return provider && { ...own, gemm: provider };
}

/** Throws RangeError on options that make no sense here, and Error where the kernels are not found. */
export async function wasmEngine(options: WasmOptions = {}): Promise<SyncEngine> {
  checkKeys("wasmEngine", options, OPTIONS);
  const { module, gemm, kernels } = options;
  const { threads, most } = threadsOf(options);
  if (gemm !== undefined && typeof gemm?.bind !== "function")
    throw new RangeError("gemm must be what findBlas() of @chaingrad/blas finds: write await findBlas()");
  if (kernels !== undefined && typeof kernels?.bind !== "function")
    throw new RangeError("kernels must be what findKernels() of @chaingrad/native finds: write await findKernels()");
  if (options.threads === undefined && module === undefined) tellAlone();
  const [several, compiled] = await Promise.all([
    most > 1 ? import("./threads.ts") : undefined,
    module ?? loadKernels(most > 1),
  ]);
  const crew = several && new several.Crew();
  const one: Shop = {
    ...{ module: compiled, shared: most > 1, gemm, kernels },
    openAlgebra: async () => (await import("./linalg.ts")).openLinearAlgebra(module !== undefined),
  };
  if (module !== undefined) checkKernels(module);
  if (!host.mayBlock) await crew?.start(most - 1);
  const sharding = { threads, flops: gemm || kernels ? FLOPS.library : FLOPS.kernels };
  const shop = crew
    ? { ...one, several: { ...several, crew, arrange: (steps: readonly Step[]) => several.shard(steps, sharding) } }
    : one;
  const link = linkOf(one);
  const cores = options.threads === undefined ? host.cores : most;
  const engine = engineOf(shop);
  return link ? replicated(engine, { engine: engineOf(one), link, threads: cores }) : engine;
}
