/** What an executable has been given, checked alike by every engine: nothing runs on a value that nobody gave. */
import { DataError, numbersOf } from "../given/numbers.ts";
import type { Expr } from "../graph/expr.ts";
import type { Program } from "../graph/program.ts";
import { printType, sizeOf } from "../graph/type.ts";
import { type CompileOptions, checkSteps } from "./engine.ts";

export class Inbox {
  readonly #program: Program;
  readonly #options: CompileOptions;
  readonly #inputs: ReadonlyMap<string, Expr>;
  /** Inputs that were not written yet. */
  readonly #missing: Set<string>;
  /** How many steps' rows of each sequence were. */
  readonly #rows = new Map<string, number>();
  #hasRun = false;

  constructor(program: Program, options: CompileOptions) {
    this.#program = program;
    this.#options = options;
    this.#inputs = new Map(program.inputs.map((node) => [node.label as string, node]));
    this.#missing = new Set(this.#inputs.keys());
  }

  /** The values for an input as numbers. Throws RangeError unless there is such an input and they suit it. */
  take(input: string, given: ArrayLike<number>): ArrayLike<number> {
    const node = this.#inputs.get(input);
    if (node === undefined) throw new RangeError(`${this.#program.name} has no input '${input}'`);
    const size = sizeOf(node.type.shape);
    const steps = this.#options.sequences?.[input];
    // Searches write the same inputs thousands of times: what can be seen at once needs no name for a message.
    if (given instanceof Float64Array && given.length === size && steps === undefined && node.type.dtype !== "i32") {
      this.#missing.delete(input);
      return given;
    }
    const what = `${this.#program.name}: input '${input}' ${printType(node.type)}`;
    const values = numbersOf(what, given, steps === undefined ? size : undefined);
    if (node.type.dtype === "i32") checkWhole(what, values);
    if (steps !== undefined) {
      const rows = size === 0 ? steps : values.length / size;
      if (!Number.isInteger(rows) || rows > steps)
        throw new DataError(`${what} takes up to ${steps} steps of ${size} numbers, got ${values.length}`);
      this.#rows.set(input, Math.max(rows, this.#rows.get(input) ?? 0));
    }
    this.#missing.delete(input);
    return values;
  }

  /** Throws RangeError unless every input has what steps first … first + steps − 1 need. */
  checkRun(steps: number, first: number): void {
    const { name } = this.#program;
    checkSteps(name, this.#options, steps, first);
    if (steps === 0) return;
    for (const input of this.#missing) this.#refuse(input);
    for (const [input, rows] of this.#rows) {
      if (first + steps > rows)
        throw new RangeError(`${name}: '${input}' was written for ${rows} steps, not for ${first + steps}`);
    }
    this.#hasRun = true;
  }

  /** Throws RangeError where a value does not stand there yet, as nobody wrote or computed it. */
  checkRead(name: string): void {
    const isInput = this.#inputs.has(name);
    if (isInput && this.#missing.has(name)) this.#refuse(name);
    if (!isInput && !this.#hasRun && Object.hasOwn(this.#program.outputs, name))
      throw new RangeError(`${this.#program.name}: '${name}' is known after a run, and there was none`);
  }

  #refuse(input: string): never {
    const { type } = this.#inputs.get(input) as Expr;
    throw new RangeError(
      `${this.#program.name}: the input '${input}' ${printType(type)} has no values: write them first`,
    );
  }
}

/** Throws DataError on a number that 32 bits do not hold as it is. */
function checkWhole(what: string, values: ArrayLike<number>): void {
  if (values instanceof Int32Array) return;
  for (let i = 0; i < values.length; i++) {
    if ((values[i] | 0) !== values[i])
      throw new DataError(`${what}: number ${i} must be whole and fit into 32 bits, got ${values[i]}`);
  }
}
