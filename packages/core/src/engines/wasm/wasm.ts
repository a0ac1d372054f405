/**
 * The embedded engine: AssemblyScript kernels with 128-bit SIMD that walk a plan by themselves, so one call from
 * JavaScript runs any number of steps. Each executable has its own memory, sized once and never grown.
 */
import { loadKernels } from "#kernels";
import { printPlan } from "../../compile/describe.ts";
import { type Buffer, elementBytes, roundUp } from "../../compile/memory.ts";
import { type Plan, plan } from "../../compile/plan.ts";
import {
  type CompileOptions,
  checkOptions,
  checkSteps,
  type Engine,
  type Executable,
  type TypedValues,
} from "../engine.ts";
import { encode, registerBytes } from "./encode.ts";

interface Kernels {
  readonly run: (plan: number, words: number, first: number, steps: number) => void;
  readonly gemmWorkspace: (m: number, n: number, k: number, elementBytes: number) => number;
  readonly heapBase: WebAssembly.Global;
}

const PAGE = 65536;
const VIEW = { f32: Float32Array, f64: Float64Array, i32: Int32Array };

/**
 * Makes the engine.
 * @param module the compiled kernels; by default they are found beside this package (a file in Node, fetched in a
 *   browser). An edge worker that may not compile imports `@chaingrad/core/kernels.wasm` and passes the module.
 */
export async function wasmEngine(module?: WebAssembly.Module): Promise<Engine> {
  const kernels = module ?? (await loadKernels());
  return {
    name: "wasm",
    compile(program, options = {}) {
      checkOptions(program, options);
      return new WasmExecutable(kernels, plan(program, options), options);
    },
  };
}

class WasmExecutable implements Executable {
  readonly #plan: Plan;
  readonly #options: CompileOptions;
  readonly #kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #arena: number;
  readonly #words: { readonly at: number; readonly count: number };

  constructor(module: WebAssembly.Module, source: Plan, options: CompileOptions) {
    this.#plan = source;
    this.#options = options;
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.#kernels = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as unknown as Kernels;
    this.#arena = roundUp(Number(this.#kernels.heapBase.value));
    const registers = this.#arena + source.arena;
    const workspace = registers + roundUp(scratchBytes(source));
    const at = workspace + roundUp(workspaceBytes(source, this.#kernels));
    const words = encode(source.steps, { arena: this.#arena, registers, workspace });
    this.#grow(at + words.byteLength);
    new Int32Array(this.#memory.buffer, at, words.length).set(words);
    this.#words = { at, count: words.length };
    for (const item of source.buffers) if (item.values) this.#view(item).set(item.values);
  }

  /** Once, before anybody holds a view. */
  #grow(bytes: number): void {
    const pages = Math.ceil(bytes / PAGE) - this.#memory.buffer.byteLength / PAGE;
    try {
      if (pages > 0) this.#memory.grow(pages);
    } catch (cause) {
      const size = `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
      throw new RangeError(`${this.#plan.name}: needs ${size} of memory, more than can be had (4 GiB at most)`, {
        cause,
      });
    }
  }

  #view(item: Buffer): TypedValues {
    const count = item.bytes / elementBytes(item.type);
    return new VIEW[item.type.dtype](this.#memory.buffer, this.#arena + item.offset, count);
  }

  write(input: string, values: ArrayLike<number>): void {
    const table = this.#plan.sequences[input];
    const target = table ?? this.#plan.inputs[input];
    if (target === undefined) throw new RangeError(`${this.#plan.name} has no input '${input}'`);
    const view = this.#view(target);
    if (table === undefined ? values.length !== view.length : values.length > view.length) {
      throw new RangeError(`input '${input}' holds ${view.length} numbers, got ${values.length}`);
    }
    view.set(values);
  }

  run(steps = 1, first = 0): void {
    checkSteps(this.#plan.name, this.#options, steps, first);
    try {
      this.#kernels.run(this.#words.at, this.#words.count, first, steps);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new RangeError(`${this.#plan.name}: a row index is outside its table`, { cause: error });
    }
  }

  read(name: string): TypedValues {
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

/** The largest chain's registers. */
function scratchBytes(source: Plan): number {
  const sizes = source.steps.map((step) =>
    step.kind === "chain" ? step.registers * registerBytes(step.count, step.dtype) : 0,
  );
  return Math.max(0, ...sizes);
}

function workspaceBytes(source: Plan, kernels: Kernels): number {
  const sizes = source.steps.map((step) =>
    step.kind === "matmul" ? kernels.gemmWorkspace(step.m, step.n, step.k, elementBytes(step.to.type)) : 0,
  );
  return Math.max(0, ...sizes);
}
