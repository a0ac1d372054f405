/** Where judging the validation rows first met NaN or Infinity: the forward pass and each row's loss, walked by definition. */
import { program } from "../../graph/program.ts";
import type { FloatType } from "../../graph/type.ts";
import { targetInput, targetWidth } from "../../nn/losses.ts";
import { forward, outputsOf } from "../../nn/network.ts";
import { input } from "../../ops/source.ts";
import { type Dataset, rowsOf } from "../../train/dataset.ts";
import type { TrainingFault } from "../../train/events.ts";
import type { Model } from "../../train/model.ts";
import { parameterInputs } from "../../train/objective.ts";
import { findOrigin } from "./first-fault.ts";
import { describeFault } from "./training.ts";

/** Rows walked at a time. */
const ROWS = 256;

/** The first fault in the order of the rows, `ROWS` of them at a time; undefined where each row's loss is finite. */
export function findValidationFault(
  { network, objective: { loss }, tensors }: Model,
  data: Dataset,
  dtype: FloatType,
  when: Pick<TrainingFault, "step" | "epoch">,
): TrainingFault | undefined {
  const { inputs } = network;
  const total = rowsOf(data, inputs);
  const { params, buffers } = parameterInputs(network, dtype);
  const outputs = outputsOf(network);
  const width = targetWidth(loss, outputs);
  for (let start = 0; start < total; start += ROWS) {
    const count = Math.min(ROWS, total - start);
    const x = input("x", [count, inputs], dtype);
    const target = targetInput(loss, "target", count, outputs, dtype);
    const { output } = forward(network, params, x, { training: false, buffers });
    const carried = [...Object.values(params), ...Object.values(buffers)];
    const judging = program("judge", [...carried, x, target], { rowLoss: loss.perRow(output, target) });
    const part = (values: ArrayLike<number>, size: number) =>
      Float64Array.from({ length: count * size }, (_, i) => values[start * size + i]);
    const origin = findOrigin(judging, { ...tensors, x: part(data.x, inputs), target: part(data.y, width) });
    if (origin === undefined) continue;
    const rows = Int32Array.from({ length: count }, (_, i) => start + i);
    return describeFault(origin, { ...when, part: "validation", rows }, judging, network);
  }
  return undefined;
}
