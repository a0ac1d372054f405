/**
 * What runs programs. One interface, several implementations, one conformance suite (test/conformance) for all of them.
 */
import { checkKeys, checkName, type Names } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import type { Program } from "../graph/program.ts";
import { type FloatType, printType, sameType } from "../graph/type.ts";
import { type Awaitable, awaited, finish, settled, type Work } from "../graph/work.ts";
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";

/** The values of a tensor, row-major, in the array of its element type. */
export type TypedValues = Float64Array | Float32Array | Int32Array;

/** What is carried, varied and recorded from step to step of one run. */
export interface CompileOptions {
  /**
   * Names that are both an input and an output of the same type: after each step the output becomes the input of the
   * next, in the same memory. This is how parameters and optimizer state advance.
   */
  readonly donate?: readonly string[];
  /** Inputs that differ from step to step, with the most steps one run takes: `write` gives a table, a row for each step. */
  readonly sequences?: Readonly<Record<string, number>>;
  /** Scalar or tensor outputs to keep for every step of a run, with the most steps one run takes: `read` gives a table. */
  readonly records?: Readonly<Record<string, number>>;
  /**
   * That the factors of matrix products of f32 may be rounded to bf16 (a relative 2⁻⁹ each) where that is faster; sums and all else
   * are of f32. Not every engine can: see `bf16`.
   */
  readonly products?: "bf16";
}

/**
 * A compiled program with its memory. Inputs keep their values from run to run. What a device does in its own time is a
 * promise; calls take effect in the order in which they are made, awaited or not.
 */
export interface Executable {
  /**
   * Sets an input (or the start of a sequence's table). Throws RangeError on an unknown name, a wrong length and what is no
   * number; NaN and infinities are.
   */
  write(input: string, values: ArrayLike<number>): Awaitable<void>;
  /**
   * Executes the program `steps` times (1 by default); the first takes and records row `first` (0) of the tables.
   * Throws RangeError where an input was never written.
   */
  run(steps?: number, first?: number): Awaitable<void>;
  /**
   * A copy of an output, of a recorded table, or of an input as it stands.
   * Throws RangeError on an unknown name, an output before the first run, and an input that was never written.
   */
  read(name: string): Awaitable<TypedValues>;
  /** Memory it holds for tensors and plan: fixed when it is compiled, however long it runs. */
  readonly bytes: number;
  /** Threads that share its work. */
  readonly threads: number;
  /** The plan as text, a line for each step. */
  describe(): string;
}

/** One whose calls are done when they return. */
export interface SyncExecutable extends Executable {
  write(input: string, values: ArrayLike<number>): void;
  run(steps?: number, first?: number): void;
  read(name: string): TypedValues;
}

/** An engine: training by first-order methods, and all that is asynchronous, needs no more. Errors may come as rejections. */
export interface Engine {
  readonly name: string;
  /** That the last bits of results depend on how many threads share the work, as where a library multiplies. */
  readonly dependsOnThreads?: boolean;
  /** That `products: "bf16"` can be had, or why not; absent: it cannot. */
  readonly bf16?: true | string;
  /** Loads, when it is first called, factorisations that are faster than plain TypeScript; absent: plain. */
  readonly linearAlgebra?: () => Promise<LinearAlgebra>;
  /** Compiles once for fixed shapes. Throws Error when the program needs something the engine has not. */
  readonly compile: Compile<Awaitable<Executable>, Executable>;
}

/** An engine that answers at once: what searches, factorises and predicts a row in microseconds asks for one. */
export interface SyncEngine extends Engine {
  readonly sync: true;
  readonly compile: Compile<SyncExecutable, SyncExecutable>;
}

interface Compile<Compiled, InParts> {
  (program: Program, options?: CompileOptions): Compiled;
  /** The same in parts, where it can take long; a function that wraps this one need not have it. */
  readonly inParts?: (program: Program, options?: CompileOptions) => Work<InParts>;
}

/** Compiles in parts where the engine can, else at once. */
export function* compiling(engine: Engine, program: Program, options?: CompileOptions): Work<Executable> {
  const { compile } = engine;
  return compile.inParts ? yield* compile.inParts(program, options) : yield* settled(engine.compile(program, options));
}

/** Throws RangeError unless the engine answers at once, which `what` needs. */
export function needSync(engine: Engine, what: string): SyncEngine {
  if ((engine as Partial<SyncEngine>).sync) return engine as SyncEngine;
  throw new RangeError(
    `${what} needs an engine that answers at once (a SyncEngine: referenceEngine, or what wasmEngine() gives); ` +
      `'${engine.name}' answers in promises`,
  );
}

/** Throws RangeError unless `engine` is one. */
export function checkEngine(engine: unknown): asserts engine is Engine {
  if (typeof (engine as Partial<Engine> | undefined)?.compile === "function") return;
  const awaited = engine instanceof Promise ? "a promise: write await wasmEngine()" : String(engine);
  throw new RangeError(`engine: expected referenceEngine or what wasmEngine() gives, got ${awaited}`);
}

/** Throws RangeError where the engine cannot multiply in bf16, and says what that needs. */
export function checkBf16({ name, bf16 }: Pick<Engine, "name" | "bf16">): void {
  if (bf16 === true) return;
  throw new RangeError(
    "bf16 needs oneDNN (libdnnl 2 or 3, found by findBlas() of @chaingrad/blas) and a processor with AVX512-BF16 or AMX; the " +
      `engine '${name}' has no such products${bf16 === undefined ? "" : `: ${bf16}`}. Use f32`,
  );
}

const COMPILE_OPTIONS: Names<CompileOptions> = { donate: true, sequences: true, records: true, products: true };

/** Throws Error when the options name inputs or outputs that the program has not, or donate one type to another. */
export function checkOptions(program: Program, options: CompileOptions): void {
  checkKeys(program.name, options, COMPILE_OPTIONS);
  if (options.products !== undefined) checkName("products", options.products, ["bf16"]);
  const inputs = new Map(program.inputs.map((node) => [node.label, node]));
  const isOutput = (name: string): boolean => Object.hasOwn(program.outputs, name);
  const check = (names: Iterable<string>, known: (name: string) => boolean, what: string): void => {
    for (const name of names) if (!known(name)) throw new Error(`${program.name}: '${name}' is not an ${what}`);
  };
  const donate = options.donate ?? [];
  check(donate, (name) => inputs.has(name) && isOutput(name), "input and output at once");
  check(Object.keys(options.sequences ?? {}), (name) => inputs.has(name), "input");
  check(Object.keys(options.records ?? {}), isOutput, "output");
  for (const name of donate) {
    const [input, output] = [(inputs.get(name) as Expr).type, program.outputs[name].type];
    if (sameType(input, output)) continue;
    const types = `the input is ${printType(input)}, the output ${printType(output)}`;
    throw new Error(`${program.name}: '${name}' cannot be donated: ${types}`);
  }
}

/** Throws RangeError unless a run is a whole number of steps that the tables of sequences and records have room for. */
export function checkSteps(name: string, options: CompileOptions, steps: number, first: number): void {
  for (const value of [steps, first]) {
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`${name}: steps must be whole and ≥ 0, got ${value}`);
  }
  if (!options.sequences && !options.records) return;
  const end = first + steps;
  for (const [table, rows] of [...Object.entries(options.sequences ?? {}), ...Object.entries(options.records ?? {})]) {
    if (end > rows) throw new RangeError(`${name}: '${table}' was compiled for ${rows} steps a run, asked for ${end}`);
  }
}

/** Runs a program once: inputs by name in, outputs by name out. Throws RangeError where one is missing or no number. */
export function evaluate<Output extends string>(
  engine: SyncEngine,
  program: Program<Output>,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Record<Output, TypedValues>;
/** The same as a promise, on any engine. */
export function evaluate<Output extends string>(
  engine: Engine,
  program: Program<Output>,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Awaitable<Record<Output, TypedValues>>;
export function evaluate(
  engine: Engine,
  program: Program,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Awaitable<Record<string, TypedValues>> {
  checkEngine(engine);
  const work = evaluating(engine, program, inputs);
  return (engine as Partial<SyncEngine>).sync ? finish(work) : awaited(work);
}

function* evaluating(
  engine: Engine,
  program: Program,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Work<Record<string, TypedValues>> {
  const executable = yield* settled(engine.compile(program));
  for (const [name, values] of Object.entries(inputs ?? {})) yield* settled(executable.write(name, values));
  yield* settled(executable.run());
  const found: Record<string, TypedValues> = {};
  for (const name of Object.keys(program.outputs)) found[name] = yield* settled(executable.read(name));
  return found;
}

/**
 * "bf16": everything is of f32 but the factors of matrix products, which are rounded to bf16 where that is faster on this machine.
 * Predictions, models and their files are those of f32.
 */
export type Precision = FloatType | "bf16";

const PRECISIONS: readonly Precision[] = ["f32", "f64", "bf16"];

/** Throws RangeError on what there is not, and on bf16 where the engine cannot multiply in it. */
export function checkPrecision(precision: Precision, engine: Engine): void {
  checkName("dtype", precision, PRECISIONS);
  if (precision === "bf16") checkBf16(engine);
}

/** Of what is carried from step to step. */
export const elementsOf = (precision: Precision): FloatType => (precision === "bf16" ? "f32" : precision);

/** What compiling a step is told of it. */
export const productsOf = (precision: Precision | undefined): Pick<CompileOptions, "products"> =>
  precision === "bf16" ? { products: precision } : {};
