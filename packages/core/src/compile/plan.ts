/**
 * The plan: straight-line steps over one arena, the same for every engine that runs compiled programs.
 * Program → lower → schedule → steps and buffers → offsets.
 */
import type { Expr } from "../graph/expr.ts";
import type { Program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import { sizeOf, tensorType } from "../graph/type.ts";
import { finish, inParts, type Work } from "../graph/work.ts";
import { accessesOf } from "./access.ts";
import { layingOut } from "./arena.ts";
import { buildChain } from "./chain.ts";
import { kernelSteps } from "./kernels.ts";
import { lowering } from "./lower.ts";
import { type Buffer, buffer } from "./memory.ts";
import { kernelOf, type Schedule, scheduling, type Unit } from "./schedule.ts";
import { type Arrangement, type BarrierStep, inOrder, type MoveStep, type Phase, type Step } from "./step.ts";

export interface Plan {
  readonly name: string;
  /** What each thread does; with several, a barrier stands wherever one waits for another. */
  readonly streams: readonly (readonly Step[])[];
  /** Nanoseconds that one step is reckoned to take, where several threads share it. */
  readonly cost: number;
  readonly buffers: readonly Buffer[];
  readonly inputs: Readonly<Record<string, Buffer>>;
  /** Where each output is after a run (for a record: its table). */
  readonly outputs: Readonly<Record<string, Buffer>>;
  /** The tables that sequences are written to. */
  readonly sequences: Readonly<Record<string, Buffer>>;
  /** Bytes of the arena, from offset 0. */
  readonly arena: number;
}

export interface PlanOptions {
  readonly donate?: readonly string[];
  readonly sequences?: Readonly<Record<string, number>>;
  readonly records?: Readonly<Record<string, number>>;
  /** Who does what when (compile/shard.ts); by default one thread does everything in order. */
  readonly arrange?: (steps: readonly Step[]) => Work<Arrangement>;
}

export function plan(source: Program, options: PlanOptions = {}): Plan {
  return finish(planning(source, options));
}

/** The same in parts. */
export function* planning(source: Program, options: PlanOptions = {}): Work<Plan> {
  const lowered = yield* lowering(source);
  const schedule = yield* scheduling(lowered);
  yield;
  return yield* new Planner(lowered, schedule, options).build();
}

class Planner {
  readonly #program: Program;
  readonly #options: PlanOptions;
  readonly #schedule: Schedule;
  readonly #buffers: Buffer[] = [];
  readonly #held = new Map<Expr, Buffer>();
  readonly #scalars = new Map<string, Buffer>();
  readonly #materialised: ReadonlySet<Expr>;
  /** Without a prototype, so that an input may be called anything. */
  readonly #inputs: Record<string, Buffer> = Object.create(null);

  constructor(program: Program, schedule: Schedule, options: PlanOptions) {
    this.#program = program;
    this.#options = options;
    this.#schedule = schedule;
    this.#materialised = this.#findMaterialised();
  }

  *build(): Work<Plan> {
    yield;
    for (const node of this.#program.inputs) {
      const name = node.label as string;
      this.#inputs[name] = this.#add(buffer(name, node.type, { persistent: true }));
      this.#held.set(node, this.#inputs[name]);
    }
    for (const [name, node] of yield* this.#inPlace()) this.#held.set(node, this.#inputs[name]);
    yield;
    const { takes, sequences } = this.#takes();
    const steps: Step[] = [...takes];
    yield* inParts(this.#schedule.units, (unit) => {
      steps.push(...this.#steps(unit));
    });
    const { finish, outputs } = this.#finish();
    steps.push(...finish);
    const { arrange } = this.#options;
    const { phases, copies, cost } = arrange ? yield* arrange(steps) : inOrder(steps);
    for (const copy of copies) this.#add(copy);
    yield* this.#live(phases, outputs);
    const arena = yield* layingOut(this.#buffers);
    const [buffers, inputs] = [this.#buffers, this.#inputs];
    return { name: this.#program.name, streams: streamsOf(phases), cost, buffers, inputs, outputs, sequences, arena };
  }

  #add(item: Buffer): Buffer {
    this.#buffers.push(item);
    return item;
  }

  /** Nodes whose value other units, or the outside, read: they need memory. */
  #findMaterialised(): Set<Expr> {
    const { units, root } = this.#schedule;
    const result = new Set(Object.values(this.#program.outputs).map(root));
    const home = new Map<Expr, Unit>();
    for (const unit of units) for (const node of nodesOf(unit)) home.set(node, unit);
    for (const [node, unit] of home) {
      for (const operand of node.operands.map(root)) {
        const direct = unit.kind === "chain" && kernelOf(node).kind === "elementwise";
        if (home.get(operand) !== unit || !direct) result.add(operand);
      }
    }
    return result;
  }

  /**
   * Donated outputs that can be computed straight into their input's memory: made by a unit after which nobody reads the
   * input. (Within a chain, buildChain keeps reads before writes.) The others are moved at the end of the step.
   */
  *#inPlace(): Work<Map<string, Expr>> {
    const { units, root } = this.#schedule;
    const result = new Map<string, Expr>();
    const taken = new Set<Expr>();
    const outside = new Set(Object.values(this.#program.outputs).map(root));
    const inputs = new Map(this.#program.inputs.map((node) => [node.label, node]));
    const makers = new Map<Expr, number>();
    units.forEach((unit, at) => {
      for (const node of nodesOf(unit)) makers.set(node, at);
    });
    yield;
    const readers = this.#lastReaders();
    yield;
    for (const name of this.#options.donate ?? []) {
      const node = root(this.#program.outputs[name]);
      const input = inputs.get(name) as Expr;
      const maker = makers.get(node);
      if (maker === undefined || taken.has(node) || outside.has(input)) continue;
      const last = readers.get(input);
      if (last === undefined || last.unit < maker || (last.unit === maker && last.aligned)) {
        result.set(name, node);
        taken.add(node);
      }
    }
    return result;
  }

  /**
   * The last unit that reads each value, and whether it does so only at the position that it writes (a chain that does not
   * broadcast it).
   */
  #lastReaders(): Map<Expr, { unit: number; aligned: boolean }> {
    const { units, root } = this.#schedule;
    const readers = new Map<Expr, { unit: number; aligned: boolean }>();
    units.forEach((unit, at) => {
      for (const node of nodesOf(unit)) {
        const aligned = unit.kind === "chain" && kernelOf(node).kind === "elementwise";
        for (const operand of node.operands.map(root)) {
          const before = readers.get(operand);
          readers.set(operand, { unit: at, aligned: aligned && (before?.unit !== at || before.aligned) });
        }
      }
    });
    return readers;
  }

  /** The memory of a value, made when first asked for. */
  #memory = (node: Expr): Buffer => {
    const root = this.#schedule.root(node);
    const known = this.#held.get(root);
    if (known !== undefined) return known;
    const kernel = kernelOf(root);
    const name = root.label ?? root.op.name;
    const values =
      kernel.kind === "constant"
        ? kernel.values
        : kernel.kind === "fill"
          ? new Float64Array(sizeOf(root.type.shape)).fill(kernel.value)
          : undefined;
    const made = buffer(name, root.type, values === undefined ? { persistent: false } : { persistent: true, values });
    this.#held.set(root, this.#add(made));
    return made;
  };

  #scalar = (value: number, dtype: FloatType): Buffer => {
    const key = `${dtype} ${Object.is(value, -0) ? "-0" : value}`;
    const known = this.#scalars.get(key);
    if (known !== undefined) return known;
    const made = buffer(String(value), tensorType([], dtype), { persistent: true, values: Float64Array.of(value) });
    this.#scalars.set(key, this.#add(made));
    return made;
  };

  #steps(unit: Unit): Step[] {
    if (unit.kind === "kernel") return kernelSteps(unit.node, unit.kernel, this.#memory);
    if (unit.count === 0) return [];
    return [
      buildChain(unit, {
        root: this.#schedule.root,
        memory: this.#memory,
        scalar: this.#scalar,
        isMaterialised: (node) => this.#materialised.has(node),
      }),
    ];
  }

  #takes(): { takes: MoveStep[]; sequences: Record<string, Buffer> } {
    const sequences: Record<string, Buffer> = Object.create(null);
    const takes = Object.entries(this.#options.sequences ?? {}).map(([name, rows]): MoveStep => {
      const to = this.#inputs[name];
      sequences[name] = this.#add(buffer(`${name} table`, to.type, { persistent: true, rows }));
      return { kind: "take", from: sequences[name], to, row: to.bytes };
    });
    return { takes, sequences };
  }

  /** Records, then outputs that an input's memory holds, then donations that could not be made in place. */
  #finish(): { finish: Step[]; outputs: Record<string, Buffer> } {
    const { records = {}, donate = [] } = this.#options;
    const outputs: Record<string, Buffer> = Object.create(null);
    const puts: MoveStep[] = [];
    const saves: MoveStep[] = [];
    const moves: MoveStep[] = [];
    const inputs = new Set(Object.values(this.#inputs));
    const donations = new Set(donate);
    for (const [name, node] of Object.entries(this.#program.outputs)) {
      const from = this.#memory(node);
      const donated = donations.has(name);
      outputs[name] = donated ? this.#inputs[name] : from;
      if (donated ? from !== this.#inputs[name] : inputs.has(from)) {
        const kept = inputs.has(from) ? this.#add(buffer(`${name} kept`, from.type, { persistent: !donated })) : from;
        if (kept !== from) saves.push({ kind: "move", from, to: kept, row: 0 });
        if (donated) moves.push({ kind: "move", from: kept, to: this.#inputs[name], row: 0 });
        else outputs[name] = kept;
      }
      if (Object.hasOwn(records, name)) {
        outputs[name] = this.#add(buffer(`${name} table`, from.type, { persistent: true, rows: records[name] }));
        puts.push({ kind: "put", from, to: outputs[name], row: from.bytes });
      }
    }
    return { finish: [...puts, ...saves, ...moves], outputs };
  }

  /** Lives from the phase of the first write to that of the last read; outputs live to the end: they are read after it. */
  *#live(phases: readonly Phase[], outputs: Readonly<Record<string, Buffer>>): Work<void> {
    const touch = (item: Buffer, phase: number): void => {
      if (item.persistent) return;
      if (item.firstStep < 0) item.firstStep = phase;
      item.lastStep = phase;
    };
    yield* inParts(phases.entries(), ([i, phase]) => {
      for (const { buffer: item } of phase.flat().flatMap(accessesOf)) touch(item, i);
    });
    for (const item of Object.values(outputs)) touch(item, phases.length);
  }
}

const nodesOf = (unit: Unit): readonly Expr[] => (unit.kind === "chain" ? unit.nodes : [unit.node]);

/** Each thread's pieces in order, with a barrier behind every phase where there are several threads. */
function streamsOf(phases: readonly Phase[]): Step[][] {
  const threads = phases[0]?.length ?? 1;
  const barrier: BarrierStep[] = threads === 1 ? [] : [{ kind: "barrier" }];
  return Array.from({ length: threads }, (_, t) => phases.flatMap((phase) => [...phase[t], ...barrier]));
}
