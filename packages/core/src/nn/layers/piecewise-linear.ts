/**
 * Numbers by the bins that they fall into: each listed one, x, with edges t₀ < t₁ < … < t_T, also becomes T numbers
 *   e_k(x) = min(1, max(0, (x − t_{k−1})/(t_k − t_{k−1})))
 * all 1 up to its bin, its share of the way within, 0 beyond: a dense layer above bends it at every edge as it likes. The layer
 * gives its inputs as they are, and behind them these numbers, in the order listed. Nothing in it is trained.
 * Gorishniy, Rubachev & Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022, whose first
 * and last bin go on beyond their edges; here the number itself stands beside them and does that.
 */
import type { Expr } from "../../graph/expr.ts";
import { mul, sub } from "../../ops/ring.ts";
import { clamp } from "../../ops/select.ts";
import { concat, reshape } from "../../ops/shape.ts";
import { constant } from "../../ops/source.ts";
import { broadcast } from "../../ops/sum-broadcast.ts";
import { activationPart, nameOf } from "./activation.ts";
import { checkPlaces, columns, partsOf } from "./columns.ts";
import { describeFactors } from "./factors.ts";
import type { LayerKind, LayerPart, LayerSpec } from "./layer.ts";

/** Throws RangeError unless there are two or more finite numbers, each larger than the one before. */
function checkEdges(what: string, edges: unknown): void {
  const rises =
    Array.isArray(edges) &&
    edges.length >= 2 &&
    edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]));
  if (!rises) throw new RangeError(`${what} must be two or more rising numbers, got ${String(edges)}`);
}

const binsOf = ({ edges = [] }: LayerSpec): number => edges.reduce((sum, own) => sum + own.length - 1, 0);

const binsPart: LayerPart = {
  check(spec, where, inputs) {
    const { features, edges, units } = spec;
    checkPlaces(`${where}: features`, features, inputs);
    if (!Array.isArray(edges) || edges.length !== features.length)
      throw new RangeError(`${where}: edges must be a list for each of ${features.length} features`);
    edges.forEach((own, i) => {
      checkEdges(`${where}: edges: ${i}`, own);
    });
    const wanted = inputs + binsOf(spec);
    if (units !== wanted)
      throw new RangeError(
        `${where}: units must be the ${inputs} inputs and the ${binsOf(spec)} bins, ${wanted}, got ${units}`,
      );
  },
  forward(x, layer) {
    const { features = [], edges = [] } = layer.spec;
    const [rows] = x.type.shape;
    const repeated = features.map((place, i) =>
      broadcast(reshape(columns(x, [place]), [rows]), [rows, edges[i].length - 1], [0]),
    );
    const all = repeated.length === 1 ? repeated[0] : concat(repeated, 1);
    const known = (of: (own: readonly number[], k: number) => number): Expr => {
      const values = edges.flatMap((own) => own.slice(1).map((_, k) => of(own, k)));
      return constant(values, [values.length], x.type.dtype);
    };
    const from = known((own, k) => own[k]);
    const perWidth = known((own, k) => 1 / (own[k + 1] - own[k]));
    const shares = layer.mark(clamp(mul(sub(all, from), perWidth), 0, 1), "e", "embedding");
    return layer.mark(concat([x, shares], 1), "z", "pre-activation");
  },
};

export const piecewiseLinearKind: LayerKind = {
  name: "piecewise-linear",
  options: { activation: true, features: true, edges: true },
  parts: [binsPart, activationPart],
  describe(spec) {
    const { activation, features = [], units } = spec;
    const more = [...(activation === "identity" ? [] : [nameOf(activation)]), ...describeFactors(spec)];
    return `${units} numbers (${[`${binsOf(spec)} bins of ${features.length}`, ...more].join(", ")})`;
  },
  names: ({ features = [], edges = [] }, { inputs }) => ({
    outputs: [...inputs, ...features.flatMap((place, i) => partsOf(inputs[place], edges[i].length - 1))],
  }),
};
