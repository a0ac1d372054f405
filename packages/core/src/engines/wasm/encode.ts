/** Plan steps as the words of opcodes.ts, with buffers turned into addresses. */
import type { ChainStep, MicroStep, Place } from "../../compile/chain.ts";
import type { KernelStep } from "../../compile/kernels.ts";
import { type Buffer, collapse, elementBytes } from "../../compile/memory.ts";
import type { Step } from "../../compile/step.ts";
import { type ElementwiseKernel, KERNEL_NUMBERS } from "../../graph/op.ts";
import type { DType } from "../../graph/type.ts";
import { finish, inParts, type Work } from "../../graph/work.ts";
import * as code from "./opcodes.ts";

/** Where things are in linear memory, in bytes, for one thread. */
export interface Layout {
  readonly arena: number;
  readonly registers: number;
  readonly workspace: number;
  readonly barrier?: Barrier;
  /** Which of the host's own libraries multiplies these matrices; −1 where none does. */
  readonly libraryFor?: (step: ProductStep) => number;
}

/** What a thread needs to wait for the others. */
interface Barrier {
  /** The address of the control block. */
  readonly control: number;
  readonly threads: number;
  readonly maySleep: boolean;
  /** After which another thread is taken for dead. */
  readonly milliseconds: number;
}

export type ProductStep = KernelStep & { readonly kind: "matmul" };

/** What else a chain may do; a forgotten one does not compile. */
const OTHER: Record<Exclude<MicroStep["name"], ElementwiseKernel>, number> = {
  copy: code.M_COPY,
  broadcast: code.M_BROADCAST,
  "sum-of-products": code.M_SUM_OF_PRODUCTS,
  "sum-of-squares": code.M_SUM_OF_SQUARES,
  "normalised-step": code.M_NORMALISED_STEP,
  gate: code.M_GATE,
  "times-difference": code.M_TIMES_DIFFERENCE,
  "add-row": code.M_ADD_ROW,
  "minus-product": code.M_MINUS_PRODUCT,
};
const MICRO: Record<MicroStep["name"], number> = { ...KERNEL_NUMBERS, ...OTHER };

/** Words of a micro-operation. */
const MICRO_WORDS = 8;

const REDUCE = { sum: code.SUM, max: code.MAX, logsumexp: code.LOGSUMEXP };
const RANDOM = { uniform: code.UNIFORM, normal: code.NORMAL };
const TYPE: Record<DType, number> = { f32: 0, f64: 1, i32: 2 };

/** Bytes of one tile-sized register in a chain of `count` elements. */
export function registerBytes(count: number, dtype: DType): number {
  return Math.ceil((Math.min(count, code.TILE) * elementBytes({ dtype })) / 16) * 16;
}

/** All steps as one run of words. */
export function encode(steps: readonly Step[], layout: Layout): Int32Array<ArrayBuffer> {
  return finish(encoding(steps, layout));
}

/** The same in parts. */
export function* encoding(steps: readonly Step[], layout: Layout): Work<Int32Array<ArrayBuffer>> {
  const words: number[] = [];
  yield* inParts(steps, (step) => {
    for (const word of encodeStep(step, layout)) words.push(word);
  });
  return new Int32Array(words);
}

/** [opcode, length, ...operands] */
function instruction(opcode: number, operands: readonly number[]): number[] {
  return [opcode, operands.length + 2, ...operands];
}

function encodeStep(step: Step, layout: Layout): number[] {
  const at = (buffer: Buffer): number => layout.arena + buffer.offset;
  switch (step.kind) {
    case "chain":
      return encodeChain(step, layout);
    case "move":
      return instruction(code.MOVE, [at(step.to), at(step.from), step.to.bytes]);
    case "take":
      return instruction(code.TAKE, [at(step.to), at(step.from), step.to.bytes, step.row]);
    case "put":
      return instruction(code.PUT, [at(step.to), at(step.from), step.from.bytes, step.row]);
    case "barrier": {
      const { control, threads, maySleep, milliseconds } = layout.barrier as Barrier;
      return instruction(code.BARRIER, [control, threads, Number(maySleep), milliseconds]);
    }
    default:
      return encodeKernel(step, layout, at);
  }
}

function encodeKernel(step: KernelStep, layout: Layout, at: (buffer: Buffer) => number): number[] {
  const { to, reads } = step;
  const wide = to.type.dtype === "f64" ? code.F64 : 0;
  const places = [at(to), ...reads.map(at)];
  switch (step.kind) {
    case "matmul": {
      const { m, n, k, transposeA, transposeB, leading } = step;
      const operands = [m, n, k, Number(transposeA), Number(transposeB), places[1], places[2], places[0]];
      const library = layout.libraryFor?.(step) ?? -1;
      const [opcode, last] = library < 0 ? [code.GEMM, layout.workspace] : [code.NATIVE_GEMM, library];
      return instruction(opcode + wide, [...operands, leading.a, leading.b, leading.to, last]);
    }
    case "reduce":
      return instruction(REDUCE[step.by] + wide, [...places, step.outer, step.reduce, step.inner, step.stride]);
    case "random":
      return instruction(RANDOM[step.distribution] + wide, [
        ...[places[0], elements(to), places[1], step.stream],
        step.distribution === "uniform" ? step.first / 2 : step.first,
      ]);
    case "one-hot":
      return instruction(code.ONE_HOT + wide, [...places, step.rows, step.table]);
    case "gather-rows":
      return instruction(code.GATHER_ROWS, [...places, step.rows, step.width * elementBytes(to.type), step.table]);
    case "scatter-rows":
      return instruction(code.SCATTER_ROWS + wide, [...places, step.rows, step.width, step.table]);
    case "cast":
      return instruction(code.CAST, [...places, elements(to), TYPE[to.type.dtype], TYPE[reads[0].type.dtype]]);
    case "copy":
      return encodeCopy(step, at);
    case "host":
      return instruction(code.CALL, [step.node.id]);
    default:
      return step satisfies never;
  }
}

function elements(buffer: Buffer): number {
  return buffer.bytes / elementBytes(buffer.type);
}

function encodeCopy(step: KernelStep & { readonly kind: "copy" }, at: (buffer: Buffer) => number): number[] {
  const size = elementBytes(step.to.type);
  const bytes = (strides: readonly number[]): number[] => strides.map((stride) => stride * size);
  const words = step.pieces.flatMap((piece) => {
    const { shape, from, to } = collapse(piece.shape, piece.from.strides, piece.to.strides);
    if (shape.length > 6)
      throw new Error(`a copy over ${shape.length} axes that do not merge; at most 6 are supported`);
    const target = at(step.to) + piece.to.offset * size;
    const origin = at(step.reads[piece.operand]) + piece.from.offset * size;
    return instruction(code.COPY, [size, shape.length, target, origin, ...shape, ...bytes(to), ...bytes(from)]);
  });
  return step.cover ? words : [...zero(step.to, at), ...words];
}

/** Zeroing is a sum over nothing: no instruction of its own is needed. */
function zero(to: Buffer, at: (buffer: Buffer) => number): number[] {
  const wide = to.type.dtype === "f64" ? code.F64 : 0;
  return instruction(code.SUM + wide, [at(to), at(to), elements(to), 0, 1, 1]);
}

function encodeChain(step: ChainStep, layout: Layout): number[] {
  const size = registerBytes(step.count, step.dtype);
  const register = (index: number): number => layout.registers + index * size;
  const address = (place: Place): number =>
    "register" in place ? register(place.register) : layout.arena + place.buffer.offset;
  // What is broadcast does not advance with the tile: the kernel finds its place in it.
  const advances = (micro: MicroStep, place: Place, i: number): boolean =>
    "buffer" in place && !(micro.pattern !== undefined && i === micro.operands.length - 1);
  const body = step.body.flatMap((micro, position) => {
    const flags = micro.operands.reduce(
      (sum, place, i) => sum + (advances(micro, place, i) ? 2 << i : 0),
      Number("buffer" in micro.to),
    );
    const words = [
      ...micro.operands.map(address),
      ...(micro.pattern ? [micro.pattern.period, micro.pattern.inner] : []),
    ];
    const opcode = isMoments(step, position) ? code.M_MOMENTS : MICRO[micro.name];
    return [opcode, flags, address(micro.to), ...words, 0, 0, 0, 0].slice(0, MICRO_WORDS);
  });
  const splats = step.splats.flatMap(({ register: index, from }) => [register(index), layout.arena + from.offset]);
  return instruction(code.CHAIN + (step.dtype === "f64" ? code.F64 : 0), [
    step.first,
    step.count,
    step.segments,
    step.stride,
    step.splats.length,
    step.body.length,
    ...splats,
    ...body,
  ]);
}

/** Whether three micro-operations are the moments of one gradient and the step that they give: Adam and its family. */
function isMoments({ body, splats }: ChainStep, position: number): boolean {
  const [first, second, step] = body.slice(position, position + 3);
  const names = [first.name, second?.name, step?.name].join();
  if (names !== "sum-of-products,sum-of-squares,normalised-step") return false;
  const same = (a: Place, b: Place): boolean =>
    "register" in a ? "register" in b && a.register === b.register : "buffer" in b && a.buffer === b.buffer;
  const isSplat = (place: Place): boolean => "register" in place && splats.some((s) => s.register === place.register);
  const [a, , b, g] = first.operands;
  const [c, v, d, ...twice] = second.operands;
  const [w, s, m, variance, e] = step.operands;
  return (
    [a, b, c, d, s, e].every(isSplat) &&
    twice.every((place) => same(place, g)) &&
    same(m, first.to) &&
    same(variance, second.to) &&
    // One pass reads everything before it writes anything: nothing else may be written on the way.
    ![v, w].some((place) => same(place, first.to)) &&
    !same(w, second.to) &&
    !same(g, first.to) &&
    !same(g, second.to)
  );
}
