/** Which memory a step touches. */
import type { ChainStep } from "./chain.ts";
import { type Buffer, elementBytes } from "./memory.ts";
import type { Step } from "./step.ts";

/** Bytes of memory that a step reads or writes. */
export interface Access {
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
  readonly write: boolean;
}

/** What a step, or a piece of one, reads and writes. */
export function accessesOf(step: Step): Access[] {
  switch (step.kind) {
    case "chain":
      return chainAccesses(step);
    case "take":
    case "put":
    case "move":
      return [whole(step.from, false), whole(step.to, true)];
    case "barrier":
      return [];
    default:
      return [...step.reads.map((buffer) => whole(buffer, false)), whole(step.to, true)];
  }
}

function whole(buffer: Buffer, write: boolean): Access {
  const from = buffer.start ?? 0;
  return { buffer: buffer.whole ?? buffer, from, to: from + buffer.bytes, write };
}

function chainAccesses(step: ChainStep): Access[] {
  const { first, count } = step;
  const size = elementBytes(step);
  const elements = (buffer: Buffer, from: number, end: number, write: boolean): Access => {
    const start = (buffer.start ?? 0) + from * size;
    return { buffer: buffer.whole ?? buffer, from: start, to: start + (end - from) * size, write };
  };
  return [
    ...step.splats.map(({ from }) => whole(from, false)),
    ...step.body.flatMap(({ to, operands, pattern }): Access[] => [
      ...operands.flatMap((place, i): Access[] => {
        if (!("buffer" in place)) return [];
        if (pattern === undefined || i < operands.length - 1)
          return [elements(place.buffer, first, first + count, false)];
        const from = Math.floor(first / pattern.inner);
        const end = Math.ceil((first + count) / pattern.inner);
        return [end <= pattern.period ? elements(place.buffer, from, end, false) : whole(place.buffer, false)];
      }),
      ...("buffer" in to ? [elements(to.buffer, first, first + count, true)] : []),
    ]),
  ];
}
