/** Plan steps as the words of opcodes.ts, with buffers turned into addresses. */
import type { MicroStep, Place } from "../../compile/chain.ts";
import type { KernelStep } from "../../compile/kernels.ts";
import { type Buffer, collapse, elementBytes } from "../../compile/memory.ts";
import type { Step } from "../../compile/plan.ts";
import type { DType } from "../../graph/type.ts";
import * as code from "./opcodes.ts";

/** Where things are in linear memory, in bytes. */
export interface Layout {
  readonly arena: number;
  readonly registers: number;
  readonly workspace: number;
}

/** Every elementwise kernel's micro-opcode; a kernel without one does not compile. */
const MICRO: Record<MicroStep["name"], number> = {
  copy: code.M_COPY,
  broadcast: code.M_BROADCAST,
  add: code.M_ADD,
  sub: code.M_SUB,
  mul: code.M_MUL,
  div: code.M_DIV,
  maximum: code.M_MAX,
  minimum: code.M_MIN,
  pow: code.M_POW,
  less: code.M_LESS,
  "less-equal": code.M_LESS_EQUAL,
  equal: code.M_EQUAL,
  where: code.M_WHERE,
  neg: code.M_NEG,
  abs: code.M_ABS,
  sign: code.M_SIGN,
  sqrt: code.M_SQRT,
  exp: code.M_EXP,
  expm1: code.M_EXPM1,
  log: code.M_LOG,
  log1p: code.M_LOG1P,
  tanh: code.M_TANH,
  sigmoid: code.M_SIGMOID,
  softplus: code.M_SOFTPLUS,
  erf: code.M_ERF,
  sin: code.M_SIN,
  cos: code.M_COS,
  tan: code.M_TAN,
  atan: code.M_ATAN,
  relu: code.M_RELU,
  floor: code.M_FLOOR,
  reciprocal: code.M_RECIPROCAL,
};

const REDUCE = { sum: code.SUM, max: code.MAX, logsumexp: code.LOGSUMEXP };
const RANDOM = { uniform: code.UNIFORM, normal: code.NORMAL };
const TYPE: Record<DType, number> = { f32: 0, f64: 1, i32: 2 };

/** Bytes of one tile-sized register in a chain of `count` elements. */
export function registerBytes(count: number, dtype: DType): number {
  return Math.ceil((Math.min(count, code.TILE) * elementBytes({ dtype })) / 16) * 16;
}

/** All steps as one run of words. */
export function encode(steps: readonly Step[], layout: Layout): Int32Array {
  return Int32Array.from(steps.flatMap((step) => encodeStep(step, layout)));
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
      return instruction(code.TAKE, [at(step.to), at(step.from), step.to.bytes]);
    case "put":
      return instruction(code.PUT, [at(step.to), at(step.from), step.from.bytes]);
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
      const { m, n, k, transposeA, transposeB } = step;
      const leading = [transposeA ? m : k, transposeB ? k : n, n];
      const operands = [m, n, k, Number(transposeA), Number(transposeB), places[1], places[2], places[0]];
      return instruction(code.GEMM + wide, [...operands, ...leading, layout.workspace]);
    }
    case "reduce":
      return instruction(REDUCE[step.by] + wide, [...places, step.outer, step.reduce, step.inner]);
    case "random":
      return instruction(RANDOM[step.distribution] + wide, [places[0], elements(to), places[1], step.stream]);
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
  return instruction(code.SUM + wide, [at(to), at(to), elements(to), 0, 1]);
}

function encodeChain(step: Step & { readonly kind: "chain" }, layout: Layout): number[] {
  const size = registerBytes(step.count, step.dtype);
  const register = (index: number): number => layout.registers + index * size;
  const address = (place: Place): number =>
    "register" in place ? register(place.register) : layout.arena + place.buffer.offset;
  const advances = (place: Place | undefined): boolean => place !== undefined && "buffer" in place;
  const body = step.body.flatMap((micro) => {
    const [a, b, c] = micro.operands;
    const isBroadcast = micro.pattern !== undefined;
    const flags =
      Number(advances(micro.to)) +
      2 * Number(advances(a) && !isBroadcast) +
      4 * Number(advances(b)) +
      8 * Number(advances(c));
    const last = micro.pattern
      ? [micro.pattern.period, micro.pattern.inner]
      : [b, c].map((place) => (place === undefined ? 0 : address(place)));
    return [MICRO[micro.name], flags, address(micro.to), address(a), ...last];
  });
  const splats = step.splats.flatMap(({ register: index, from }) => [register(index), layout.arena + from.offset]);
  return instruction(code.CHAIN + (step.dtype === "f64" ? code.F64 : 0), [
    step.count,
    step.splats.length,
    step.body.length,
    ...splats,
    ...body,
  ]);
}
