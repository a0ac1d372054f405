/** The oracle: every node by its op's own definition, in float64, in order. Nothing is simplified, fused or reused. */
import type { Expr } from "../../graph/expr.ts";
import type { Values } from "../../graph/op.ts";
import { nodesOf, type Program } from "../../graph/program.ts";
import { sizeOf } from "../../graph/type.ts";
import { type CompileOptions, checkOptions, type SyncEngine, type SyncExecutable } from "../engine.ts";
import { Inbox } from "../inbox.ts";
import { replicated } from "../replica.ts";
import { roundedToBf16 } from "./bf16.ts";

/** The engine that computes in float64, plainly: what all others are tested against. */
export const referenceEngine: SyncEngine = {
  name: "reference",
  sync: true,
  bf16: true,
  compile(program, options = {}) {
    checkOptions(program, options);
    return new ReferenceExecutable(program, options);
  },
};
replicated(referenceEngine, { engine: referenceEngine, link: { kind: "reference" }, threads: 1 });

/** What engines may round to bf16 the factors of. */
const isProduct = (node: Expr): boolean => node.type.dtype === "f32" && node.op.kernel?.(node).kind === "matmul";

class ReferenceExecutable implements SyncExecutable {
  readonly threads = 1;
  readonly #program: Program;
  readonly #options: CompileOptions;
  readonly #inbox: Inbox;
  readonly #order: readonly Expr[];
  readonly #values = new Map<Expr, Values>();
  readonly #inputs = new Map<string, Expr>();
  readonly #outputs = new Map<string, Values>();
  readonly #sequences = new Map<string, Values>();
  readonly #records = new Map<string, Values>();

  constructor(program: Program, options: CompileOptions) {
    this.#program = program;
    this.#options = options;
    this.#inbox = new Inbox(program, options);
    this.#order = nodesOf(program);
    for (const node of program.inputs) {
      this.#inputs.set(node.label as string, node);
      this.#values.set(node, new Float64Array(sizeOf(node.type.shape)));
    }
    for (const [name, node] of Object.entries(program.outputs)) {
      this.#outputs.set(name, new Float64Array(sizeOf(node.type.shape)));
    }
    for (const [name, steps] of Object.entries(options.sequences ?? {})) {
      this.#sequences.set(name, new Float64Array(steps * sizeOf((this.#inputs.get(name) as Expr).type.shape)));
    }
    for (const [name, steps] of Object.entries(options.records ?? {})) {
      this.#records.set(name, new Float64Array(steps * sizeOf(program.outputs[name].type.shape)));
    }
  }

  write(input: string, values: ArrayLike<number>): void {
    const numbers = Float64Array.from(this.#inbox.take(input, values));
    const table = this.#sequences.get(input);
    if (table === undefined) this.#values.set(this.#inputs.get(input) as Expr, numbers);
    else table.set(numbers);
  }

  run(steps = 1, first = 0): void {
    this.#inbox.checkRun(steps, first);
    const { donate = [] } = this.#options;
    for (let step = first; step < first + steps; step++) {
      for (const [name, table] of this.#sequences) {
        const node = this.#inputs.get(name) as Expr;
        const size = sizeOf(node.type.shape);
        this.#values.set(node, table.slice(step * size, (step + 1) * size));
      }
      this.#step();
      for (const [name, table] of this.#records) {
        const values = this.#output(name);
        table.set(values, step * values.length);
      }
      for (const name of donate) this.#values.set(this.#inputs.get(name) as Expr, this.#output(name));
    }
  }

  #step(): void {
    for (const node of this.#order) {
      if (this.#isInput(node)) continue;
      const operands = node.operands.map((operand) => this.#values.get(operand) as Values);
      const factors = this.#options.products === "bf16" && isProduct(node) ? operands.map(roundedToBf16) : operands;
      this.#values.set(node, node.op.evaluate(factors, node));
    }
    for (const [name, node] of Object.entries(this.#program.outputs)) {
      this.#outputs.set(name, (this.#values.get(node) as Values).slice());
    }
  }

  #isInput(node: Expr): boolean {
    return node.label !== undefined && this.#inputs.get(node.label) === node;
  }

  /** As the last step left it, before donated outputs became inputs. */
  #output(name: string): Values {
    return this.#outputs.get(name) as Values;
  }

  read(name: string): Float64Array {
    this.#inbox.checkRead(name);
    const donated = this.#options.donate?.includes(name) ?? false;
    const node = this.#inputs.get(name);
    const output = donated ? undefined : this.#outputs.get(name);
    const values = this.#records.get(name) ?? output ?? (node && this.#values.get(node));
    if (values === undefined) throw new RangeError(`${this.#program.name} has no value '${name}'`);
    return values.slice();
  }

  get bytes(): number {
    const arrays = new Set([...this.#values.values(), ...this.#sequences.values(), ...this.#records.values()]);
    return [...arrays].reduce((total, values) => total + values.byteLength, 0);
  }

  describe(): string {
    return `${this.#program.name}: ${this.#order.length} nodes, each by its definition in float64`;
  }
}
