/**
 * Where training first met NaN or Infinity: the steps since the last checkpoint run again on the engine, which repeats them
 * bit for bit, until one leaves something that is not finite; that step is then walked by definition (first-fault.ts).
 * Loaded only when it is needed. It costs at most about as long as the steps since the checkpoint took, and one step in
 * plain TypeScript.
 */
import type { TypedValues } from "../../engines/engine.ts";
import type { Expr } from "../../graph/expr.ts";
import type { Program } from "../../graph/program.ts";
import type { Shape } from "../../graph/type.ts";
import { layerName, type NetworkSpec } from "../../nn/network.ts";
import type { TrainingFault } from "../../train/events.ts";
import { allFinite } from "../../train/finite.ts";
import type { Recording, State } from "../../train/training.ts";
import { Turns } from "../../train/turns.ts";
import { findOrigin, indexOf, type Origin } from "./first-fault.ts";
import { type Named, place, printNumber, Symbols, withNumbers } from "./symbols.ts";

/** When a program was walked, and on which rows of its part. */
export interface Occasion extends Pick<TrainingFault, "part" | "step" | "epoch"> {
  readonly rows: ArrayLike<number>;
}

/** Steps between two looks at what replaying has come to. */
const STRIDE = 32;

/** A step that left something not finite: all its inputs, and which of its outputs are bad. */
interface Scene extends Occasion {
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
  readonly outputs: readonly string[];
}

/** The first fault since the recording's checkpoint; undefined when every step of it is finite. */
export async function findTrainingFault(
  recording: Recording,
  network: NetworkSpec,
  slice: number | undefined,
): Promise<TrainingFault | undefined> {
  const scene = await replay(recording, new Turns(slice));
  if (scene === undefined) return undefined;
  const { program } = recording.step;
  const origin = findOrigin(program, scene.inputs, scene.outputs);
  const { part, step, epoch } = scene;
  if (origin === undefined) {
    const what = `${scene.outputs.join(", ")} of step ${step} (epoch ${epoch}) is not finite`;
    return { part, step, epoch, message: `${what}, though each operation is by its definition: rounding made it so` };
  }
  return describeFault(origin, scene, program, network);
}

/** Looks every so many steps; where something is bad by then, goes back and looks after each one. */
async function replay(recording: Recording, turns: Turns): Promise<Scene | undefined> {
  const { checkpoint, passes, steps } = recording;
  let good = checkpoint;
  for (const pass of passes) {
    for (let { first } = pass; first < steps; first += STRIDE) {
      await turns.pass();
      const count = Math.min(STRIDE, steps - first);
      const after = await run(recording, pass, good, first, count);
      if (after.bad.length > 0) return await single(recording, pass, good, first, count);
      good = after.state;
    }
  }
  return undefined;
}

type Pass = Recording["passes"][number];

async function run(recording: Recording, pass: Pass, from: State, first: number, count: number): Promise<After> {
  const { executable, step } = recording;
  for (const [name, values] of Object.entries(from)) await executable.write(name, values);
  for (const [name, values] of Object.entries(pass.sequences)) await executable.write(name, values);
  await executable.run(count, first);
  const state: Record<string, TypedValues> = {};
  for (const name of step.carried) state[name] = await executable.read(name);
  const bad = Object.keys(state).filter((name) => !allFinite(state[name]));
  if (!allFinite((await executable.read("loss")).subarray(first, first + count))) bad.unshift("loss");
  return { state, bad };
}

interface After {
  readonly state: State;
  readonly bad: readonly string[];
}

async function single(
  recording: Recording,
  pass: Pass,
  from: State,
  first: number,
  count: number,
): Promise<Scene | undefined> {
  let good = from;
  for (let at = first; at < first + count; at++) {
    const after = await run(recording, pass, good, at, 1);
    if (after.bad.length > 0) {
      const own = slices(pass.sequences, at, recording.steps);
      const inputs = { ...recording.data, ...good, ...own };
      const when = { part: "train", step: pass.epoch * recording.steps + at + 1, epoch: pass.epoch + 1 } as const;
      return { ...when, rows: own.rows, inputs, outputs: after.bad };
    }
    good = after.state;
  }
  return undefined;
}

/** What the sequences hold for one step. */
function slices(sequences: State, at: number, steps: number): Record<string, ArrayLike<number>> {
  return Object.fromEntries(
    Object.entries(sequences).map(([name, values]) => {
      const size = values.length / steps;
      return [name, values.subarray(at * size, (at + 1) * size)];
    }),
  );
}

/** The id from which on nodes are of the backward pass. */
function firstPullback(program: Program): number {
  let first = Number.POSITIVE_INFINITY;
  const pending: Expr[] = Object.values(program.outputs);
  const seen = new Set(pending);
  for (const next of pending) {
    if (next.provenance !== undefined) first = Math.min(first, next.id);
    for (const operand of next.operands) {
      if (!seen.has(operand)) pending.push(operand);
      seen.add(operand);
    }
  }
  return first;
}

/** An origin in a network's own terms. */
export function describeFault(
  origin: Origin,
  { part, step, epoch, rows }: Occasion,
  program: Program,
  network: NetworkSpec,
): TrainingFault {
  const { node, at, value, operands } = origin;
  const symbols = new Symbols(program);
  const index = indexOf(at, node.type.shape);
  const isInput = node.operands.length === 0;
  const phase = isInput
    ? "input"
    : node.provenance
      ? "backward"
      : node.id < firstPullback(program)
        ? "forward"
        : "update";
  const found = symbols.enclosing(node);
  const isElementwise = node.op.elementwise === true;
  const where = whereabouts(found, index, network, part, rows);
  const symbol = found?.name ?? "loss";
  const made = isInput ? ", as given" : `: ${expressed(origin, index, symbols)}`;
  const shown = `${place(symbol, index)} = ${value}${made}`;
  const when = `step ${step} (epoch ${epoch})${part === "train" ? "" : ", judging the validation rows"}`;
  return {
    ...{ part, step, epoch, phase, symbol, index, value, operation: node.op.name },
    operands: isElementwise ? operands.map((own) => own[at]) : [],
    expression: shown,
    ...where,
    message: `${when}, ${phase}${sayWhere(where, part)}: ${shown}`,
  };
}

type Whereabouts = Pick<TrainingFault, "layer" | "layerName" | "unit" | "input" | "row" | "batchRow">;

/** Which layer, unit and row an element belongs to: a parameter's first axis is the unit, any other tensor's the row. */
function whereabouts(
  found: Named | undefined,
  [first, second]: readonly number[],
  network: NetworkSpec,
  part: TrainingFault["part"],
  rows: ArrayLike<number>,
): Whereabouts {
  const inBatch = first === undefined ? {} : { row: rows[first], ...(part === "train" && { batchRow: first }) };
  const within = found?.of?.within;
  const atInput =
    found?.of?.label === "x" || (within?.role === "weight" && within.layer === 1) ? { input: second } : {};
  if (within === undefined) return { ...inBatch, ...atInput };
  const { layer } = within;
  const named = { layer, layerName: layerName(network, layer - 1) };
  const ofRows = found?.of?.operands.length !== 0;
  return ofRows ? { ...named, unit: second, ...inBatch } : { ...named, unit: first, ...atInput };
}

function sayWhere({ layer, layerName, unit, input, row, batchRow }: Whereabouts, part: TrainingFault["part"]): string {
  return [
    layer === undefined ? "" : `, layer ${layer} ('${layerName}')`,
    unit === undefined ? "" : `, unit ${unit}`,
    input === undefined ? "" : `, input ${input}`,
    row === undefined
      ? ""
      : `, ${part === "train" ? `row ${batchRow} of the batch, training` : "validation"} row ${row}`,
  ].join("");
}

/** "exp(812.3) ← z₂[17, 4] = W₂[4, :]·h₁[17, :] + b₂[4]" */
function expressed(origin: Origin, index: readonly number[], symbols: Symbols): string {
  const { node, at, operands } = origin;
  if (!node.op.elementwise) return `${symbols.definition(node, index)}${largest(origin, index)}`;
  const numbers = withNumbers(
    node,
    operands.map((own) => own[at]),
  );
  const made = new Set(node.operands.filter(({ operands: own }) => own.length > 0));
  const from = [...made].map((operand) => {
    const [own, definition] = [symbols.element(operand, index), symbols.definition(operand, index)];
    return own === definition ? own : `${own} = ${definition}`;
  });
  return from.length === 0 ? numbers : `${numbers} ← ${from.join("; ")}`;
}

/** Of a product of matrices, or of a sum of everything, its largest term: ", of 16 terms the largest is 3e20 · 2e19". */
function largest({ node, operands: [a, b] }: Origin, [i, j]: readonly number[]): string {
  const kernel = node.op.kernel?.(node);
  if (kernel?.kind === "reduce" && i === undefined) {
    const most = a.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    return `, of ${a.length} terms the largest is ${printNumber(most)}`;
  }
  if (kernel?.kind !== "matmul") return "";
  const [shapeA, shapeB] = node.operands.map((operand) => operand.type.shape);
  const inner = shapeA[kernel.transposeA ? 0 : 1];
  let best: readonly [number, number] = [0, 0];
  for (let k = 0; k < inner; k++) {
    const term = [
      element(a, shapeA, kernel.transposeA ? [k, i] : [i, k]),
      element(b, shapeB, kernel.transposeB ? [j, k] : [k, j]),
    ] as const;
    if (Math.abs(term[0] * term[1]) >= Math.abs(best[0] * best[1])) best = term;
  }
  return `, of ${inner} terms the largest is ${best.map(printNumber).join(" · ")}`;
}

const element = (values: Float64Array, [, width]: Shape, [i, j]: readonly number[]): number => values[i * width + j];
