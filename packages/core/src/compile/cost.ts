/**
 * What a step costs, roughly, in nanoseconds on one thread: good enough to tell whether more threads would help. The
 * numbers are rates of the embedded kernels on a present machine; only their proportions matter.
 */
import { KERNEL_NUMBERS } from "../graph/op.ts";
import type { MicroStep } from "./chain.ts";
import { elementBytes } from "./memory.ts";
import type { Step } from "./step.ts";

const CALL = 15;
/** A barrier between threads. */
export const BARRIER = 1000;

/**
 * How many bytes that another thread wrote come over in a nanosecond: measured in whole training steps, where cache lines
 * come one by one, and go back when they are written again. In a plain loop it is ten times as many.
 */
export const REMOTE = 1.5;
/** A micro-operation on an f32 element; a transcendental function is about ten of them. */
const MICRO = 0.08;
/** As graph/elementwise-kernels.ts numbers them: from 64 on they take many instructions. */
const isExpensive = (name: MicroStep["name"]): boolean =>
  ((KERNEL_NUMBERS as Partial<Record<string, number>>)[name] ?? 0) >= 64;
/** A function of the host's: out of the kernels and back, and for each element of its result. */
const HOST_CALL = 500;
const HOST_ELEMENT = 20;
const BYTES_PER_NS = 20;

/** Half as many elements of twice the size fit into a vector. */
const width = (bytes: number): number => bytes / 4;

/** @param flops operations that a matrix product of f32 makes in a nanosecond */
export function costOf(step: Step, flops: number): number {
  switch (step.kind) {
    case "barrier":
      return BARRIER;
    case "matmul":
      return CALL + (width(elementBytes(step.to.type)) * 2 * step.m * step.n * step.k) / flops;
    case "chain": {
      const micro = MICRO * width(step.dtype === "f64" ? 8 : 4);
      const each = step.body.reduce((sum, { name }) => sum + (isExpensive(name) ? 10 * micro : micro), 0);
      return CALL * (1 + (step.segments * step.body.length) / 4) + step.segments * step.count * each;
    }
    case "reduce": {
      const count = step.outer * step.reduce * step.inner;
      return CALL + count * width(elementBytes(step.to.type)) * (step.by === "logsumexp" ? 15 * MICRO : MICRO);
    }
    case "random":
      return CALL + (step.to.bytes / elementBytes(step.to.type)) * 20 * MICRO;
    case "take":
    case "put":
    case "move":
      return CALL + step.to.bytes / BYTES_PER_NS;
    case "copy":
    case "gather-rows":
    case "scatter-rows":
    case "one-hot":
    case "cast":
      return CALL + (2 * step.to.bytes) / BYTES_PER_NS;
    case "host":
      return HOST_CALL + (HOST_ELEMENT * step.to.bytes) / elementBytes(step.to.type);
    default:
      return step satisfies never;
  }
}
