/**
 * The embedded engine: AssemblyScript kernels with 128-bit SIMD that walk a plan by themselves, so one call from
 * JavaScript runs any number of steps, on any number of threads. Each executable has its own memory, sized once and
 * never grown.
 */
import { host } from "#host";
import { printPlan } from "../../compile/describe.ts";
import { type Buffer, elementBytes, roundUp } from "../../compile/memory.ts";
import { type Plan, planning } from "../../compile/plan.ts";
import type { Step } from "../../compile/step.ts";
import { checkKeys, type Names } from "../../given/names.ts";
import type { Program } from "../../graph/program.ts";
import { finish, type Work } from "../../graph/work.ts";
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import {
  type CompileOptions,
  checkOptions,
  type SyncEngine,
  type SyncExecutable,
  type TypedValues,
} from "../engine.ts";
import { Inbox } from "../inbox.ts";
import { type Call, callsOf } from "./calls.ts";
import type { Crew, Site } from "./crew.ts";
import { encode, encoding, type Layout, type ProductStep, registerBytes } from "./encode.ts";
import { type GemmProvider, nativeGemm, notHere } from "./gemm.ts";
import { PolicyError } from "./host/host.ts";
import { allocate, type KernelModule, PAGE } from "./memory.ts";
import { CONTROL_BYTES } from "./opcodes.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

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
}

interface Kernels extends KernelModule {
  readonly run: (plan: number, words: number, first: number, steps: number) => number;
  readonly gemmWorkspace: (m: number, n: number, k: number, elementBytes: number) => number;
}

/** What all executables of an engine have in common. */
interface Shop {
  readonly module: WebAssembly.Module;
  readonly gemm?: GemmProvider | undefined;
  /** Where there may be several threads. */
  readonly crew?: Crew | undefined;
}

/** Bytes of room for a thread's words: one instruction at least, for measuring. */
const LEAST_STREAM = 256;
const VIEW = { f32: Float32Array, f64: Float64Array, i32: Int32Array };
/** Operations of a matrix product in a nanosecond, as a present machine makes them. */
const FLOPS = { kernels: 40, library: 150 };
/** A thread that keeps the others waiting so many milliseconds, or so many times the run's reckoned cost, is dead. */
const PATIENCE = { milliseconds: 5000, times: 100 };

const OPTIONS: Names<WasmOptions> = { module: true, threads: true, gemm: true };
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

/** Throws RangeError unless a module holds the kernels that one thread runs. */
function checkKernels(shop: Shop): void {
  try {
    instantiate(shop, allocate(PAGE, "kernels", false));
  } catch (cause) {
    const expected = "module must be the compiled @chaingrad/core/kernels.wasm (await WebAssembly.compile(bytes))";
    throw new RangeError(`${expected}: ${(cause as Error).message}`, { cause });
  }
}

/** Throws RangeError on options that make no sense here, and Error where the kernels are not found. */
export async function wasmEngine(options: WasmOptions = {}): Promise<SyncEngine> {
  checkKeys("wasmEngine", options, OPTIONS);
  const { module, gemm } = options;
  const { threads, most } = threadsOf(options);
  if (gemm !== undefined && typeof gemm?.bind !== "function")
    throw new RangeError("gemm must be what findBlas() of @chaingrad/blas finds: write await findBlas()");
  if (options.threads === undefined && module === undefined) tellAlone();
  const several = most > 1 ? await import("./threads.ts") : undefined;
  const crew = several && new several.Crew();
  const shop: Shop = { module: module ?? (await loadKernels(most > 1)), gemm, crew };
  if (module !== undefined) checkKernels({ module });
  if (!host.mayBlock) await crew?.start(most - 1);
  const sharding = { threads, flops: gemm ? FLOPS.library : FLOPS.kernels };
  const arrange = several && { arrange: (steps: readonly Step[]) => several.shard(steps, sharding) };
  let algebra: Promise<LinearAlgebra> | undefined;
  const openAlgebra = async (): Promise<LinearAlgebra> => {
    const own = await (await import("./linalg.ts")).openLinearAlgebra(module !== undefined);
    return gemm?.linearAlgebra?.(own) ?? own;
  };
  function* inParts(program: Program, options: CompileOptions = {}): Work<SyncExecutable> {
    checkOptions(program, options);
    const source = yield* planning(program, { ...options, ...arrange });
    return new WasmExecutable(shop, source, new Inbox(program, options), yield* roomOf(shop, source));
  }
  return {
    sync: true,
    name: gemm ? `wasm with ${gemm.name}` : "wasm",
    dependsOnThreads: gemm !== undefined,
    linearAlgebra: () => {
      algebra ??= openAlgebra();
      return algebra;
    },
    compile: Object.assign((...given: Parameters<typeof inParts>) => finish(inParts(...given)), { inParts }),
  };
}

class WasmExecutable implements SyncExecutable {
  readonly threads: number;
  readonly #shop: Shop;
  readonly #plan: Plan;
  readonly #inbox: Inbox;
  readonly #kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #arena: number;
  readonly #site: Site;

  constructor(shop: Shop, source: Plan, inbox: Inbox, room: Room) {
    this.#shop = shop;
    this.#plan = source;
    this.#inbox = inbox;
    this.threads = source.streams.length;
    const { control, end, layouts, words, streams } = room;
    this.#arena = room.arena;
    this.#memory = allocate(end, source.name, shop.crew !== undefined);
    const call = callsOf(source.streams[0], (item) => this.#view(item));
    this.#kernels = instantiate(shop, this.#memory, call);
    const link = shop.gemm && { module: shop.gemm.module, data: shop.gemm.data };
    this.#site = { module: shop.module, memory: this.#memory, gemm: link, control, streams };
    this.#writePlan(words, layouts);
    for (const item of source.buffers) if (item.values) this.#view(item).set(item.values);
  }

  /** @param words of a plan without a library, as long as with one */
  #writePlan(words: readonly Int32Array[], layouts: readonly Layout[]): void {
    const { gemm } = this.#shop;
    const { streams } = this.#site;
    const write = (words: Int32Array, at: number): void => new Int32Array(this.#memory.buffer, at).set(words);
    const isNative = (step: ProductStep, layout: Layout): boolean =>
      gemm?.prefers(nameOf(step), (byLibrary, times) => {
        const words = encode([step], { ...layout, isNative: () => byLibrary });
        write(words, streams[0].at);
        const before = performance.now();
        this.#kernels.run(streams[0].at, words.length, 0, times);
        return performance.now() - before;
      }) ?? false;
    // Measuring uses the first thread's words, so nothing is written before everything is measured.
    const encoded = this.#plan.streams.map((steps, thread) =>
      gemm ? encode(steps, { ...layouts[thread], isNative: (step) => isNative(step, layouts[thread]) }) : words[thread],
    );
    encoded.forEach((words, thread) => {
      write(words, streams[thread].at);
    });
  }

  #view(item: Buffer): TypedValues {
    const count = item.bytes / elementBytes(item.type);
    return new VIEW[item.type.dtype](this.#memory.buffer, this.#arena + item.offset, count);
  }

  write(input: string, values: ArrayLike<number>): void {
    const numbers = this.#inbox.take(input, values);
    this.#view(this.#plan.sequences[input] ?? this.#plan.inputs[input]).set(numbers);
  }

  run(steps = 1, first = 0): void {
    this.#inbox.checkRun(steps, first);
    const [{ at, count }] = this.#site.streams;
    const own = (): boolean => this.#kernels.run(at, count, first, steps) !== 0;
    try {
      if (this.threads === 1) own();
      else if (steps > 0) this.#shop.crew?.run(this.#site, first, steps, own);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new RangeError(`${this.#plan.name}: a row index is outside its table`, { cause: error });
    }
  }

  read(name: string): TypedValues {
    this.#inbox.checkRead(name);
    const source = this.#plan.outputs[name] ?? this.#plan.inputs[name];
    if (source === undefined) throw new RangeError(`${this.#plan.name} has no value '${name}'`);
    return this.#view(source).slice();
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  describe(): string {
    return printPlan(this.#plan);
  }
}

/** Where everything is in an executable's memory, in bytes, and each thread's words. */
interface Room {
  readonly control: number;
  readonly arena: number;
  readonly end: number;
  readonly layouts: readonly Layout[];
  readonly words: readonly Int32Array[];
  readonly streams: Site["streams"];
}

function* roomOf(shop: Shop, source: Plan): Work<Room> {
  const { heapBase, gemmWorkspace } = instantiate(shop, allocate(PAGE, source.name, shop.crew !== undefined));
  const control = roundUp(Number(heapBase.value));
  const arena = control + CONTROL_BYTES;
  // Each thread's registers and workspace, then the words of its share; how long those are, encoding tells.
  let end = arena + source.arena;
  const reserve = (bytes: number): number => {
    end += roundUp(bytes);
    return end - roundUp(bytes);
  };
  const layouts = source.streams.map((steps, thread): Layout => {
    const maySleep = thread > 0 || host.mayBlock;
    const milliseconds = Math.ceil(PATIENCE.milliseconds + (PATIENCE.times * source.cost) / 1e6);
    return {
      arena: arena,
      registers: reserve(scratchBytes(steps)),
      workspace: reserve(workspaceBytes(steps, gemmWorkspace)),
      barrier: { control, threads: source.streams.length, maySleep, milliseconds },
    };
  });
  const words: Int32Array<ArrayBuffer>[] = [];
  for (const [thread, steps] of source.streams.entries()) words.push(yield* encoding(steps, layouts[thread]));
  const streams = words.map(({ length: count }) => ({ at: reserve(Math.max(4 * count, LEAST_STREAM)), count }));
  return { control, arena, end, layouts, words, streams };
}

function instantiate({ module, gemm }: Shop, memory: WebAssembly.Memory, call: Call = notHere): Kernels {
  const product = gemm ? nativeGemm(memory, gemm.bind(memory)) : notHere;
  return new WebAssembly.Instance(module, { env: { memory, gemm: product, call } }).exports as unknown as Kernels;
}

/** "relaxed f32 64×784 784×128ᵀ": what decides how fast a product is, the build of the kernels included. */
function nameOf({ to, m, n, k, transposeA, transposeB }: ProductStep): string {
  const flag = (transposed: boolean): string => (transposed ? "ᵀ" : "");
  const build = hasRelaxedSimd() ? "relaxed " : "";
  return `${build}${to.type.dtype} ${m}×${k}${flag(transposeA)} ${k}×${n}${flag(transposeB)}`;
}

/** The largest chain's registers. */
function scratchBytes(steps: readonly Step[]): number {
  return largest(steps, (step) => (step.kind === "chain" ? step.registers * registerBytes(step.count, step.dtype) : 0));
}

function workspaceBytes(steps: readonly Step[], gemmWorkspace: Kernels["gemmWorkspace"]): number {
  return largest(steps, (step) =>
    step.kind === "matmul" ? gemmWorkspace(step.m, step.n, step.k, elementBytes(step.to.type)) : 0,
  );
}

/** Of any number of steps, which an argument list would not hold. */
function largest(steps: readonly Step[], bytes: (step: Step) => number): number {
  return steps.reduce((most, step) => Math.max(most, bytes(step)), 0);
}
