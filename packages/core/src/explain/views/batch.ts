/** What each row contributes: ∂L/∂W = Σᵣ (∂L/∂ℓᵣ)(∂ℓᵣ/∂W), where ∂L/∂ℓᵣ is 1/B for a mean over B rows. */

import { jacobian } from "../../autodiff/curvature.ts";
import { jvp } from "../../autodiff/forward.ts";
import { gradients } from "../../autodiff/reverse.ts";
import { sizeOf } from "../../graph/type.ts";
import { input } from "../../ops/source.ts";
import type { Explained } from "../derivation/explained.ts";
import type { Target } from "../derivation/target.ts";
import { type Block, type Cell, heading, paragraph, table, text } from "../document/document.ts";
import { gradientStep, gradientSymbol, lossSymbol } from "./shared.ts";

/** Rows that are listed. */
const SHOWN = 10;
/** Numbers in all rows' gradients of a whole tensor, times the rows. */
const MOST = 100_000_000;

export interface RowContribution {
  /** From 0. */
  readonly row: number;
  /** ℓᵣ */
  readonly loss: number;
  /** ∂L/∂ℓᵣ */
  readonly factor: number;
  /** ∂ℓᵣ/∂target for one element; of a whole tensor its norm. */
  readonly derivative: number;
  /** What it adds to ∂L/∂target; of a whole tensor the part along ∂L/∂target, so that all add up to its norm. */
  readonly contribution: number;
}

/** Throws Error without rows, RangeError where all rows' gradients are too many numbers. */
export function contributions(of: Explained, target: Target): RowContribution[] {
  const { rows, loss } = of.problem;
  if (rows === undefined) throw new Error("the problem does not say what each row costs: give `rows`");
  const { inputs } = of.derivation.program;
  const base = of.compute({ losses: rows, factors: gradients(loss, [rows])[0] }, inputs);
  const { derivatives, along } =
    target.index === undefined ? ofTensor(of, target) : ofElement(of, target, target.index);
  return Array.from(base.losses, (cost, row) => ({
    row,
    loss: cost,
    factor: base.factors[row],
    derivative: derivatives[row],
    contribution: base.factors[row] * along[row],
  }));
}

interface Derivatives {
  readonly derivatives: ArrayLike<number>;
  /** The part along the whole gradient. */
  readonly along: ArrayLike<number>;
}

/** One forward pass gives ∂ℓᵣ/∂θ of all rows. */
function ofElement(of: Explained, { node }: Target, index: number): Derivatives {
  const tangent = input("tangent", node.type.shape, node.type.dtype);
  const direction = new Float64Array(sizeOf(node.type.shape));
  direction[index] = 1;
  const [dots] = jvp([of.problem.rows!], [node], [tangent]);
  const { derivatives } = of.compute({ derivatives: dots }, [...of.derivation.program.inputs, tangent], {
    tangent: direction,
  });
  return { derivatives, along: derivatives };
}

function ofTensor(of: Explained, target: Target): Derivatives {
  const rows = of.problem.rows!;
  const [count, size] = [sizeOf(rows.type.shape), sizeOf(target.node.type.shape)];
  if (count * count * size > MOST) {
    throw new RangeError(
      `the gradients of ${count} rows by all of ${target.name} are too many numbers: choose one element, as ${target.name}[1,1]`,
    );
  }
  const { all } = of.compute({ all: jacobian(rows, [target.node], "reverse") }, of.derivation.program.inputs);
  const whole = of.numbers[gradientStep(of, target).name];
  const length = Math.sqrt(dot(whole, whole, 0, size)) || 1;
  const perRow = (value: (start: number) => number): number[] =>
    Array.from({ length: count }, (_, row) => value(row * size));
  return {
    derivatives: perRow((start) => Math.sqrt(dot(all, all, start, size, start))),
    along: perRow((start) => dot(all, whole, start, size) / length),
  };
}

/** Σᵢ a[start + i] b[other + i] */
function dot(a: ArrayLike<number>, b: ArrayLike<number>, start: number, size: number, other = 0): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += a[start + i] * b[other + i];
  return sum;
}

/**
 * ∂L/∂target as the shares of the rows.
 * @param numberOf what a row of the problem is called, from its place counted from 0 (default: its place from 1)
 */
export function batchView(
  of: Explained,
  target: Target,
  numberOf: (row: number) => number = (row) => row + 1,
): Block[] {
  const all = contributions(of, target);
  const gradient = gradientSymbol(of, target);
  const sorted = [...all].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const total = all.reduce((sum, { contribution }) => sum + contribution, 0);
  const values = of.numbers[gradientStep(of, target).name];
  const reached = target.index === undefined ? Math.sqrt(dot(values, values, 0, values.length)) : values[target.index];
  const elsewhere = reached - total;
  const shown = sorted.slice(0, SHOWN);
  const rest = sorted.slice(SHOWN);
  const line = (label: Cell, value: number): Cell[] => [label, "", "", "", value];
  const element = target.index !== undefined;
  return [
    heading("batch", { gradient }),
    paragraph(element ? "batch.why" : "batch.norms", { gradient, L: lossSymbol(of), B: all.length }),
    table(
      text("batch.caption", { gradient }),
      [
        "batch.row",
        "batch.loss",
        "batch.factor",
        element ? "batch.derivative" : "batch.norm",
        element ? "batch.product" : "batch.along",
      ],
      [
        ...shown.map(({ row, loss, factor, derivative, contribution }) => [
          numberOf(row),
          loss,
          factor,
          derivative,
          contribution,
        ]),
        ...(rest.length > 0
          ? [
              line(
                text("batch.rest", { count: rest.length }),
                rest.reduce((sum, { contribution }) => sum + contribution, 0),
              ),
            ]
          : []),
        // What does not come from any row: a regulariser.
        ...(Math.abs(elsewhere) > 1e-12 * Math.max(1, Math.abs(reached))
          ? [line(text("batch.regulariser"), elsewhere)]
          : []),
        line(element ? gradient : text("batch.length", { gradient }), reached),
      ],
    ),
  ];
}
