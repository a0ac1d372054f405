import type { Gradients, ShapedValues } from "./gradients.ts";

/** Loss, outputs and gradients as nested lists: what other programs compare theirs with. */
export function gradientsJson({ loss, outputs, gradients }: Gradients): Record<string, unknown> {
  const named = Object.entries(gradients).map(([name, tensor]) => [name, nested(tensor)]);
  return { loss, outputs: nested(outputs), gradients: Object.fromEntries(named) };
}

/** A vector as a list, a matrix as a list of rows. */
function nested({ shape, values }: ShapedValues): number[] | number[][] {
  if (shape.length === 1) return Array.from(values);
  const [rows, columns] = shape;
  return Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => values[r * columns + c]));
}
