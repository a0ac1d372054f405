/**
 * An engine on kernels that are there already: a program's plan, its memory, sized once and never grown, and the kernels that
 * walk it. `wasmEngine` finds the kernels; another thread is sent them (`engines/replica.ts`).
 */
import { host } from "#host";
import { printPlan } from "../../compile/describe.ts";
import { KnownPrograms } from "../../compile/known-programs.ts";
import { type Buffer, elementBytes, roundUp } from "../../compile/memory.ts";
import { type Plan, planning } from "../../compile/plan.ts";
import type { Step } from "../../compile/step.ts";
import type { Program } from "../../graph/program.ts";
import { finish, type Work } from "../../graph/work.ts";
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import {
  type CompileOptions,
  checkBf16,
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
import { allocate, type KernelModule, PAGE } from "./memory.ts";
import { CONTROL_BYTES } from "./opcodes.ts";
import type { forOne, Pace } from "./pace.ts";
import { type KernelProvider, linkTo, type ProcessorKernels } from "./processor.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

interface Kernels extends KernelModule, Pick<ProcessorKernels, "run"> {
  readonly gemmWorkspace: (m: number, n: number, k: number, elementBytes: number) => number;
}

/** What all executables of an engine have in common. */
export interface Shop {
  readonly module: WebAssembly.Module;
  /** Whether the kernels are those for shared memory. */
  readonly shared: boolean;
  readonly gemm?: GemmProvider | undefined;
  readonly kernels?: KernelProvider | undefined;
  /** Where there may be several threads: the workers, and who cuts a plan for them. */
  readonly several?: Several;
  /** Loads the engine's own factorisations. */
  readonly openAlgebra: () => Promise<LinearAlgebra>;
}

interface Several {
  readonly crew: Crew;
  readonly arrange: Arrange;
  readonly forOne: typeof forOne;
  readonly Pace: typeof Pace;
}
/** What runs a plan of several threads: all of them, or one alone with words of its own. */
interface Either {
  readonly several: Several;
  readonly alone: Site["streams"][number];
  readonly pace: Pace;
}
type Arrange = NonNullable<NonNullable<Parameters<typeof planning>[1]>["arrange"]>;

/** Bytes of room for a thread's words: one instruction at least, for measuring. */
const LEAST_STREAM = 256;
const VIEW = { f32: Float32Array, f64: Float64Array, i32: Int32Array };
/** A thread that keeps the others waiting so many milliseconds, or so many times the run's reckoned cost, is dead. */
const PATIENCE = { milliseconds: 5000, times: 100 };

/** The engine that works with these. */
export function engineOf(shop: Shop): SyncEngine {
  const { gemm, kernels, several } = shop;
  let algebra: Promise<LinearAlgebra> | undefined;
  const openAlgebra = async (): Promise<LinearAlgebra> => {
    const own = await shop.openAlgebra();
    return gemm?.linearAlgebra?.(own) ?? own;
  };
  const name = `${kernels?.name ?? "wasm"}${gemm ? ` with ${gemm.name}` : ""}`;
  const bf16 = bf16Of(gemm);
  const known = new KnownPrograms<{ readonly shop: Shop; readonly source: Plan; readonly room: Room }>();
  function* inParts(program: Program, options: CompileOptions = {}): Work<SyncExecutable> {
    checkOptions(program, options);
    if (options.products === "bf16") checkBf16({ name, bf16 });
    let made = known.find(program, options);
    if (made === undefined) {
      const source = yield* planning(program, { ...options, ...(several && { arrange: several.arrange }) });
      // JavaScript, and what rounds to bf16 through it, is called by the embedded kernels alone.
      const own = { ...shop, kernels: callsHost(source) || options.products ? undefined : kernels };
      made = { shop: own, source, room: yield* roomOf(own, source) };
      known.keep(program, options, made);
    }
    return new WasmExecutable(made.shop, made.source, new Inbox(program, options), made.room, options);
  }
  return {
    sync: true,
    name,
    bf16,
    dependsOnThreads: gemm !== undefined || kernels !== undefined,
    linearAlgebra: () => {
      algebra ??= openAlgebra();
      return algebra;
    },
    compile: Object.assign((...given: Parameters<typeof inParts>) => finish(inParts(...given)), { inParts }),
  };
}

/** Throws RangeError unless a module holds the kernels that one thread runs. */
export function checkKernels(module: WebAssembly.Module): void {
  try {
    instantiate({ module }, allocate(PAGE, "kernels", false));
  } catch (cause) {
    const expected = "module must be the compiled @chaingrad/core/kernels.wasm (await WebAssembly.compile(bytes))";
    throw new RangeError(`${expected}: ${(cause as Error).message}`, { cause });
  }
}

class WasmExecutable implements SyncExecutable {
  readonly threads: number;
  readonly #shop: Shop;
  readonly #plan: Plan;
  readonly #inbox: Inbox;
  readonly #kernels: Pick<Kernels, "run"> & Partial<ProcessorKernels>;
  readonly #memory: WebAssembly.Memory;
  readonly #arena: number;
  readonly #site: Site;
  /** Where there are several threads: the words for one alone, and who has run lately. */
  readonly #either: Either | undefined;
  /** Of what was written or read: the memory never moves. */
  readonly #views = new Map<Buffer, TypedValues>();
  /** Who multiplies, where that is not the kernels. */
  readonly #libraries = new Map<Step, string>();

  constructor(shop: Shop, source: Plan, inbox: Inbox, room: Room, { products }: CompileOptions) {
    this.#shop = shop;
    this.#plan = source;
    this.#inbox = inbox;
    this.threads = source.streams.length;
    const { control, end, layouts, words, streams } = room;
    this.#arena = room.arena;
    this.#memory = allocate(end, source.name, shop.shared);
    const { gemm, kernels } = shop;
    const call = callsOf(source.streams[0], (item) => this.#view(item));
    const module = instantiate(shop, this.#memory, call);
    const libraries = gemm?.calls ?? [];
    this.#kernels = kernels?.bind(this.#memory, libraries) ?? module;
    const link = gemm && { module: gemm.module, data: gemm.data };
    const processor = kernels && { link: linkTo(kernels), libraries };
    const { several } = shop;
    this.#either = room.alone && several && { several, alone: room.alone, pace: new several.Pace() };
    this.#site = { module: shop.module, memory: this.#memory, gemm: link, processor, control, streams };
    this.#writePlan(words, layouts, products === "bf16");
    for (const item of source.buffers) if (item.values) this.#view(item).set(item.values);
  }

  /** @param words of a plan without a library, as long as with one */
  #writePlan(words: readonly Int32Array[], layouts: readonly Layout[], mayRound: boolean): void {
    const { kernels } = this.#shop;
    // Kernels that are not WebAssembly cannot ask JavaScript for a product.
    const gemm = kernels && !this.#shop.gemm?.calls ? undefined : this.#shop.gemm;
    const { streams } = this.#site;
    const numberOf = (library: number): number => this.#kernels.libraries?.[library] ?? library;
    const write = (words: Int32Array, at: number): void => new Int32Array(this.#memory.buffer, at).set(words);
    const chosen = (gemm: GemmProvider, step: ProductStep, layout: Layout): number => {
      const wide = step.to.type.dtype === "f64";
      const rounds = mayRound && !wide;
      const time = (library: number, times: number): number => {
        const words = encode([step], { ...layout, libraryFor: () => numberOf(library) });
        write(words, streams[0].at);
        const before = performance.now();
        this.#kernels.run(streams[0].at, words.length, 0, times);
        return performance.now() - before;
      };
      return gemm.prefers(nameOf(step, rounds ? "bf16" : step.to.type.dtype, kernels), wide, time, rounds);
    };
    // Measuring uses the first thread's words, so nothing is written before everything is measured.
    const encoded = this.#plan.streams.map((steps, thread) => {
      if (gemm === undefined) return words[thread];
      const libraryFor = (step: ProductStep): number => {
        // Of no numbers libraries refuse a product, or leave the result as it was.
        const library = step.m * step.n * step.k === 0 ? -1 : chosen(gemm, step, layouts[thread]);
        if (library >= 0) this.#libraries.set(step, gemm.libraries[library]);
        return numberOf(library);
      };
      return encode(steps, { ...layouts[thread], libraryFor });
    });
    encoded.forEach((words, thread) => {
      write(words, streams[thread].at);
    });
    if (this.#either) write(this.#either.several.forOne(encoded), this.#either.alone.at);
  }

  #view(item: Buffer): TypedValues {
    const known = this.#views.get(item);
    if (known !== undefined) return known;
    const count = item.bytes / elementBytes(item.type);
    const view = new VIEW[item.type.dtype](this.#memory.buffer, this.#arena + item.offset, count);
    this.#views.set(item, view);
    return view;
  }

  write(input: string, values: ArrayLike<number>): void {
    const numbers = this.#inbox.take(input, values);
    this.#view(this.#plan.sequences[input] ?? this.#plan.inputs[input]).set(numbers);
  }

  run(steps = 1, first = 0): void {
    this.#inbox.checkRun(steps, first);
    try {
      if (this.#either) this.#runEither(first, steps, this.#either);
      else this.#runStream(this.#site.streams[0], first, steps);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new RangeError(`${this.#plan.name}: a row index is outside its table`, { cause: error });
    }
  }

  #runStream({ at, count }: Site["streams"][number], first: number, steps: number): boolean {
    return this.#kernels.run(at, count, first, steps) !== 0;
  }

  #runEither(first: number, steps: number, { several, alone, pace }: Either): void {
    const [own] = this.#site.streams;
    several.crew.check();
    for (let done = 0; done < steps; ) {
      const part = pace.next(steps - done);
      const [from, before] = [first + done, performance.now()];
      if (part.isAlone) this.#runStream(alone, from, part.steps);
      else several.crew.run(this.#site, from, part.steps, () => this.#runStream(own, from, part.steps));
      pace.took(part, performance.now() - before);
      done += part.steps;
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
    return printPlan(this.#plan, (step) => this.#libraries.get(step));
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
  readonly alone: Site["streams"][number] | undefined;
}

function* roomOf(shop: Shop, source: Plan): Work<Room> {
  const module = instantiate(shop, allocate(PAGE, source.name, shop.shared));
  const { heapBase } = module;
  const gemmWorkspace = shop.kernels?.workspace ?? module.gemmWorkspace;
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
  const { length: count = 0 } = (words.length > 1 && shop.several?.forOne(words)) || {};
  const alone = count > 0 ? { at: reserve(4 * count), count } : undefined;
  return { control, arena, end, layouts, words, streams, alone };
}

function instantiate(
  { module, gemm }: Pick<Shop, "module" | "gemm">,
  memory: WebAssembly.Memory,
  call: Call = notHere,
): Kernels {
  const product = gemm ? nativeGemm(memory, gemm.bind(memory)) : notHere;
  return new WebAssembly.Instance(module, { env: { memory, gemm: product, call } }).exports as unknown as Kernels;
}

function bf16Of(gemm: GemmProvider | undefined): true | string {
  if (gemm === undefined) return "the kernels multiply in f32";
  return typeof gemm.bf16 === "number" ? true : (gemm.bf16 ?? `${gemm.name} has none`);
}

/** Whether the plan has an op that only JavaScript knows: the embedded kernels alone can call back. */
const callsHost = ({ streams }: Plan): boolean => streams.some((steps) => steps.some(({ kind }) => kind === "host"));

/** "relaxed f32 64×784 784×128ᵀ": what decides how fast a product is, the build of the kernels included. */
function nameOf(step: ProductStep, type: string, kernels: KernelProvider | undefined): string {
  const { m, n, k, transposeA, transposeB } = step;
  const flag = (transposed: boolean): string => (transposed ? "ᵀ" : "");
  const build = kernels ? `${kernels.name} ` : hasRelaxedSimd() ? "relaxed " : "";
  return `${build}${type} ${m}×${k}${flag(transposeA)} ${k}×${n}${flag(transposeB)}`;
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
