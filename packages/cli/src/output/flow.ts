/** How the gradient flowed through the layers, at the start of training and at its end: what `train --flow` prints. */
import type { History } from "@chaingrad/tables";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";
import { paragraph } from "./wrap.ts";

type LayerFlow = History["flow"][number]["layers"][number];

export interface Flow {
  /** Before the first step. */
  readonly first: readonly LayerFlow[];
  /** After the last epoch that was finite; undefined when there was none. */
  readonly last: { readonly epoch: number; readonly layers: readonly LayerFlow[] } | undefined;
}

/** Undefined where none was measured. */
export function flowOf({ flow }: History): Flow | undefined {
  const [first, ...after] = flow;
  return first && { first: first.layers, last: after[after.length - 1] };
}

const COLUMNS = ["layer", "when", "‖δ‖", "‖∂L/∂W‖", "‖ΔW‖/‖W‖", "dead", "saturated", "σ max", "σ min"];

const amount = (value: number | null): string => (value === null ? "–" : value === 0 ? "0" : value.toPrecision(3));
const share = (value: number | null): string => (value === null ? "–" : `${Math.round(100 * value)} %`);

/** A row for each layer before training and one after it; σ are the singular values of ∂h/∂h of the layer before. */
export function printFlow({ first, last }: Flow, width: number): Shown[] {
  const after = last === undefined ? "" : `, after epoch ${last.epoch}`;
  const rows = first.flatMap((layer, index) => [
    row(layer, "start"),
    ...(last === undefined ? [] : [row(last.layers[index], "end")]),
  ]);
  return [
    ...paragraph(`gradient flow before training${after}; σ: singular values of a layer's Jacobian`, width),
    ...formatTable(COLUMNS, rows, "llrrrrrrr", width),
  ];
}

function row({ name, delta, gradient, update, dead, saturated, jacobian }: LayerFlow, when: string): string[] {
  const { largest, smallest } = jacobian;
  return [
    ...[name, when, amount(delta), amount(gradient), amount(update), share(dead), share(saturated)],
    ...[amount(largest), amount(smallest)],
  ];
}
