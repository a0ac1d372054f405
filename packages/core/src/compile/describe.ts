/** The plan as text: what runs, on what, where in the arena. */
import { printType } from "../graph/type.ts";
import type { Place } from "./chain.ts";
import type { Buffer } from "./memory.ts";
import type { Plan, Step } from "./plan.ts";

const show = (buffer: Buffer): string => `${buffer.name}@${buffer.offset}`;
const place = (where: Place): string => ("register" in where ? `r${where.register}` : show(where.buffer));

/** A line for each step, and for a chain an indented line for each micro-operation. */
export function printPlan(plan: Plan): string {
  const head = `${plan.name}: ${plan.steps.length} steps, arena ${plan.arena} bytes`;
  return [
    head,
    ...plan.steps.flatMap((step, i) =>
      printStep(step).map((line, j) => `${j === 0 ? `${i}`.padStart(3) : "   "} ${line}`),
    ),
  ].join("\n");
}

function printStep(step: Step): string[] {
  switch (step.kind) {
    case "chain":
      return [
        `chain ${step.dtype} × ${step.count}, ${step.registers} registers`,
        ...step.splats.map((splat) => `  r${splat.register} = splat ${show(splat.from)}`),
        ...step.body.map((micro) => {
          const pattern = micro.pattern ? ` (period ${micro.pattern.period}, inner ${micro.pattern.inner})` : "";
          return `  ${place(micro.to)} = ${micro.name} ${micro.operands.map(place).join(", ")}${pattern}`;
        }),
      ];
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
    default:
      return [`${step.kind} ${show(step.to)} ← ${step.reads.map(show).join(", ")}, ${printType(step.to.type)}`];
  }
}
