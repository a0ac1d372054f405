/** The plan as text: what runs, on what, where in the arena. */
import { printType } from "../graph/type.ts";
import type { Place } from "./chain.ts";
import type { Buffer } from "./memory.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

const show = (buffer: Buffer): string => `${buffer.name}@${buffer.offset}`;
const place = (where: Place): string => ("register" in where ? `r${where.register}` : show(where.buffer));

/**
 * A line for each step of the first thread, and for a chain an indented line for each micro-operation.
 * @param by who computes a step, where that is not the engine's own kernels
 */
export function printPlan(plan: Plan, by: (step: Step) => string | undefined = () => undefined): string {
  const [steps] = plan.streams;
  const threads = plan.streams.length;
  const barriers = steps.filter(({ kind }) => kind === "barrier").length;
  const crew = threads === 1 ? "1 thread" : `${threads} threads with ${barriers} barriers, of which the first`;
  const head = `${plan.name}: ${crew}, ${steps.length - barriers} steps, arena ${plan.arena} bytes`;
  return [
    head,
    ...steps.flatMap((step, i) => {
      const [first, ...rest] = printStep(step);
      const name = by(step);
      return [
        `${`${i}`.padStart(3)} ${first}${name === undefined ? "" : ` by ${name}`}`,
        ...rest.map((line) => `    ${line}`),
      ];
    }),
  ].join("\n");
}

/** What a step does, and for a chain each micro-operation. */
export function printStep(step: Step): string[] {
  switch (step.kind) {
    case "chain":
      return [
        `chain ${step.dtype} × ${step.segments > 1 ? `${step.segments} × ` : ""}${step.count}, ${step.registers} registers`,
        ...step.splats.map((splat) => `  r${splat.register} = splat ${show(splat.from)}`),
        ...step.body.map((micro) => {
          const pattern = micro.pattern ? ` (period ${micro.pattern.period}, inner ${micro.pattern.inner})` : "";
          return `  ${place(micro.to)} = ${micro.name} ${micro.operands.map(place).join(", ")}${pattern}`;
        }),
      ];
    case "barrier":
      return ["barrier"];
    case "take":
    case "put":
    case "move":
      return [`${step.kind} ${show(step.to)} ← ${show(step.from)}, ${printType(step.to.type)}`];
    case "matmul": {
      const [a, b] = step.reads.map(show);
      return [
        `matmul ${show(step.to)} = ${a}${step.transposeA ? "ᵀ" : ""} ${b}${step.transposeB ? "ᵀ" : ""}, ${step.m}×${step.n}×${step.k}`,
      ];
    }
    case "reduce":
      return [`${step.by} ${show(step.to)} ← ${step.reads.map(show)}, ${step.outer}×(${step.reduce})×${step.inner}`];
    case "host":
      return [
        `host ${step.node.op.name} ${show(step.to)} ← ${step.reads.map(show).join(", ")}, ${printType(step.to.type)}`,
      ];
    default:
      return [`${step.kind} ${show(step.to)} ← ${step.reads.map(show).join(", ")}, ${printType(step.to.type)}`];
  }
}
