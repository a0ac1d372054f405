/** A case of layers trained for a little while on an engine: what all engines must agree on. */
import type { Engine } from "../../src/engines/engine.ts";
import type { FloatType } from "../../src/graph/type.ts";
import { fit } from "../../src/train/fit.ts";
import type { Tensors } from "../../src/train/tensors.ts";
import { type LayerCase, rowsFor } from "./layer-cases.ts";

export interface Trained {
  readonly tensors: Tensors;
  /** Of each epoch. */
  readonly losses: readonly number[];
}

/** Five epochs of two batches, the second of them not full. */
export async function trainedOn(engine: Engine, one: LayerCase, dtype: FloatType): Promise<Trained> {
  const options = { engine, loss: one.loss, epochs: 5, batch: 16, rate: 0.01, l2: 0.001, dtype, keep: "last" } as const;
  const losses: number[] = [];
  let tensors: Tensors = {};
  for await (const event of fit(one.network, { train: rowsFor(one, 27) }, { ...options, optimizer: "adamw" })) {
    if (event.type === "epoch") losses.push(event.loss);
    if (event.type === "end") ({ tensors } = event.model);
  }
  return { tensors, losses };
}

/** ‖a − b‖/‖b‖ over all tensors together. */
export function distanceOf(a: Tensors, b: Tensors): number {
  const all = (of: Tensors): number[] => Object.keys(b).flatMap((name) => Array.from(of[name]));
  const [left, right] = [all(a), all(b)];
  return Math.hypot(...left.map((value, i) => value - right[i])) / Math.hypot(...right);
}
