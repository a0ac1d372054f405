/** What one row asks of each layer: how strongly its loss pulls there, and whether it pulls the way that the rows pull on the whole. */
import { inRange } from "@chaingrad/core/given";
import { clamp, type RowGradients } from "./row-gradients.ts";

/** One row's pull at one layer. */
export interface LayerPush {
  /** "hidden1", "output". */
  readonly layer: string;
  /** ‖gₗ‖, the layer's part of the row's gradient g. */
  readonly norm: number;
  /** The median of the same over all rows. */
  readonly median: number;
  /** ‖gₗ‖²/‖g‖² in [0, 1]: all layers' add up to 1; 0 where g is 0. */
  readonly share: number;
  /** gₗ · ḡₗ / (‖gₗ‖ ‖ḡₗ‖) in [−1, 1], ḡ the mean gradient: below 0 where the row pulls against the others; 0 where one has no length. */
  readonly cosine: number;
  /** gₗ · ḡₗ / (‖g‖ ‖ḡ‖): all layers' add up to the row's own cosine. */
  readonly part: number;
}

/** One row's pull at a model. */
export interface RowPush {
  readonly target: string;
  /** Counted from 1. */
  readonly row: number;
  readonly loss: number;
  /** ‖g‖ */
  readonly norm: number;
  /** Of g and the mean gradient. */
  readonly cosine: number;
  /** Of how many rows no gradient is longer than its own: the row itself counts, so that 1 of `of` is the least. */
  readonly rank: number;
  /** Rows whose target is known. */
  readonly of: number;
  readonly layers: readonly LayerPush[];
}

/**
 * One row of `rowGradients`, layer by layer.
 * Throws RangeError where it is none of its rows: not in the table, or without a target.
 * @param row counted from 1
 */
export function rowPush({ target, rows, loss, norm, cosine, meanNorm, layers }: RowGradients, row: number): RowPush {
  const place = rows.indexOf(
    inRange("row", row, {
      text: `a row of the table, from 1, whose '${target}' is known`,
      holds: (one) => rows.includes(one),
    }),
  );
  const [whole, pull] = [norm[place] ** 2, norm[place] * meanNorm];
  return {
    ...{ target, row, loss: loss[place], norm: norm[place], cosine: cosine[place] },
    ...{ rank: norm.filter((own) => own <= norm[place]).length, of: rows.length },
    layers: layers.map(({ layer, norm: norms, push, meanNorm: mean }) => {
      const [own, lengths] = [norms[place], norms[place] * mean];
      return {
        ...{ layer, norm: own, median: medianOf(norms), share: whole > 0 ? own ** 2 / whole : 0 },
        cosine: lengths > 0 ? clamp(push[place] / lengths) : 0,
        part: pull > 0 ? push[place] / pull : 0,
      };
    }),
  };
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
