/**
 * A chain as micro-operations over a tile: which values stay in tile-sized registers, which go to memory. Registers are
 * given out by liveness; a value that only the chain itself reads never touches main memory.
 */
import type { Expr } from "../graph/expr.ts";
import type { ElementwiseKernel } from "../graph/op.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { filledWith } from "../ops/source.ts";
import { type FusedKernel, type Fusions, findFusions } from "./fuse.ts";
import type { Buffer } from "./memory.ts";
import { broadcastPattern, kernelOf, type Unit } from "./schedule.ts";

/** Where a micro-operation reads or writes: memory that advances with the tile, or a register. */
export type Place = { readonly buffer: Buffer } | { readonly register: number };

export interface MicroStep {
  readonly name: ElementwiseKernel | FusedKernel | "copy" | "broadcast";
  readonly to: Place;
  readonly operands: readonly Place[];
  /** How the last operand is broadcast: element i reads (i / inner) mod period. */
  readonly pattern?: { readonly inner: number; readonly period: number };
}

export interface ChainStep {
  readonly kind: "chain";
  /** Elements first + s · stride … + count − 1 are computed, for s < segments: one segment, unless columns are cut. */
  readonly first: number;
  readonly count: number;
  readonly segments: number;
  readonly stride: number;
  /** The rows of which the elements are: where a chain may be cut. */
  readonly rows: number;
  readonly dtype: FloatType;
  /** Registers filled with one number before the loop. */
  readonly splats: readonly { readonly register: number; readonly from: Buffer }[];
  readonly body: readonly MicroStep[];
  readonly registers: number;
}

interface Context {
  readonly root: (node: Expr) => Expr;
  readonly memory: (node: Expr) => Buffer;
  readonly scalar: (value: number, dtype: FloatType) => Buffer;
  readonly isMaterialised: (node: Expr) => boolean;
}

export function buildChain(unit: Unit & { readonly kind: "chain" }, context: Context): ChainStep {
  return new ChainBuilder(unit, context).build();
}

class ChainBuilder {
  readonly #unit: Unit & { readonly kind: "chain" };
  readonly #context: Context;
  readonly #members: ReadonlySet<Expr>;
  /** The last member that reads each value from this chain or from memory, by position. */
  readonly #lastUse = new Map<Expr, number>();
  readonly #lastRead = new Map<Buffer, number>();
  readonly #places = new Map<Expr, Place>();
  readonly #splats: { register: number; from: Buffer }[] = [];
  readonly #splatOf = new Map<Buffer, Place>();
  /** Filled once, before the loop: these registers must outlive every tile. */
  readonly #filled = new Set<number>();
  readonly #body: MicroStep[] = [];
  readonly #late: MicroStep[] = [];
  readonly #free: number[] = [];
  readonly #fusions: Fusions;
  #registers = 0;

  constructor(unit: Unit & { readonly kind: "chain" }, context: Context) {
    this.#unit = unit;
    this.#context = context;
    this.#members = new Set(unit.nodes);
    const users = new Map<Expr, number>();
    for (const node of unit.nodes)
      for (const operand of node.operands.map(context.root)) users.set(operand, (users.get(operand) ?? 0) + 1);
    // f32 is for speed, f64 for proofs and for methods that spend their time in products.
    this.#fusions = findFusions(
      unit.dtype === "f32" ? unit.nodes : [],
      context.root,
      (node) => this.#members.has(node) && users.get(node) === 1 && !context.isMaterialised(node),
    );
  }

  /** What a node reads when it is computed: through the nodes that it absorbed. */
  #operandsOf(node: Expr): readonly Expr[] {
    return this.#fusions.of.get(node)?.leaves ?? node.operands.map(this.#context.root);
  }

  build(): ChainStep {
    const { nodes, count, dtype } = this.#unit;
    const { memory } = this.#context;
    const computed = nodes.filter((node) => !this.#fusions.absorbed.has(node));
    computed.forEach((node, position) => {
      for (const operand of this.#operandsOf(node)) {
        this.#lastUse.set(operand, position);
        if (!this.#members.has(operand) && filledWith(operand) === undefined)
          this.#lastRead.set(memory(operand), position);
      }
    });
    computed.forEach((node, position) => {
      this.#place(node, position);
    });
    return {
      kind: "chain",
      first: 0,
      count,
      segments: 1,
      stride: count,
      rows: nodes[0].type.shape[0] ?? 1,
      dtype,
      splats: this.#splats,
      body: [...this.#body, ...this.#late],
      registers: this.#registers,
    };
  }

  #place(node: Expr, position: number): void {
    const kernel = kernelOf(node);
    const operandNodes = this.#operandsOf(node);
    if (kernel.kind === "broadcast" && sizeOf(operandNodes[0].type.shape) === 1) {
      const from = this.#context.memory(operandNodes[0]);
      const place = this.#splat(from);
      this.#places.set(node, place);
      if (this.#context.isMaterialised(node))
        this.#body.push({ name: "copy", to: this.#home(node), operands: [place] });
      return;
    }
    const fusion = this.#fusions.of.get(node);
    const pattern = kernel.kind === "broadcast" ? broadcastPattern(node, kernel.axes) : fusion?.pattern;
    const operands = operandNodes.map((operand, i) =>
      pattern !== undefined && i === operandNodes.length - 1 ? this.#home(operand) : this.#read(operand),
    );
    // An operand's register may be the result's: each micro-operation reads element i before it writes element i.
    for (const operand of new Set(operandNodes)) if (this.#lastUse.get(operand) === position) this.#release(operand);
    const to = this.#target(node, position);
    if (kernel.kind === "broadcast" || kernel.kind === "elementwise") {
      const name = kernel.kind === "broadcast" ? "broadcast" : (fusion?.name ?? kernel.name);
      this.#body.push({ name, to, operands, ...(pattern && { pattern }) });
    }
    this.#places.set(node, to);
  }

  #home(node: Expr): Place {
    return { buffer: this.#context.memory(node) };
  }

  /** Memory for what others read, else a register. Memory that the chain still has to read is written at the very end. */
  #target(node: Expr, position: number): Place {
    if (!this.#context.isMaterialised(node)) return this.#register();
    const home = this.#context.memory(node);
    if ((this.#lastRead.get(home) ?? -1) <= position) return { buffer: home };
    const register = this.#register();
    this.#lastUse.set(node, Number.POSITIVE_INFINITY);
    this.#late.push({ name: "copy", to: { buffer: home }, operands: [register] });
    return register;
  }

  #read(operand: Expr): Place {
    const known = this.#places.get(operand);
    if (known !== undefined) return known;
    const value = filledWith(operand);
    return value === undefined ? this.#home(operand) : this.#splat(this.#context.scalar(value, this.#unit.dtype));
  }

  #splat(from: Buffer): Place {
    const known = this.#splatOf.get(from);
    if (known !== undefined) return known;
    const place = { register: this.#registers++ };
    this.#splats.push({ ...place, from });
    this.#splatOf.set(from, place);
    this.#filled.add(place.register);
    return place;
  }

  #register(): { register: number } {
    return { register: this.#free.pop() ?? this.#registers++ };
  }

  #release(node: Expr): void {
    const place = this.#places.get(node);
    if (place === undefined || !("register" in place)) return;
    if (!this.#filled.has(place.register)) this.#free.push(place.register);
  }
}
