/**
 * Softmax with cross-entropy, taken apart: p = softmax(z) with its full Jacobian diag(p) − p pᵀ, the loss's derivative by p,
 * their product; then what runs in its place, p − y, the same numbers from one subtraction. The same for every loss that is
 * a loss of its prediction (sigmoid with binary cross-entropy, exp with Poisson).
 */
import { infix } from "../../graph/notation.ts";
import { partial } from "../derivation/derivation.ts";
import { type Explained, stepEquation, tensorOf } from "../derivation/explained.ts";
import { jacobianNotation, localJacobian } from "../derivation/local-jacobian.ts";
import { type Block, equation, heading, paragraph } from "../document/document.ts";
import { gradientName, gradientStep, lossName } from "./shared.ts";

/**
 * How the loss and its prediction become one step: taken apart, and as it runs.
 * @param fused the network as it runs
 * @param apart the same network and numbers with its prediction as one more activation, labelled, and the loss made of it
 * Throws RangeError for more than one row.
 */
export function fusionView(fused: Explained, apart: Explained): Block[] {
  if (fused.problem.x.type.shape[0] > 1)
    throw new RangeError("the loss is taken apart for one row: choose it with its number");
  const { z, h: p } = apart.problem.layers[apart.problem.layers.length - 1];
  const { names, forward } = apart.derivation;
  const [below, above] = [z, p].map((node) => names.get(node) as string);
  const step = forward.find(({ name }) => name === above);
  const output = fused.problem.layers[fused.problem.layers.length - 1].h;
  if (step === undefined) throw new Error(`'${above}' is not among the steps`);
  const local = localJacobian(apart, p, z);
  const matrix = {
    shape: [local.rows, local.columns],
    values: local.diagonal ? diagonal(local.values) : local.values,
  };
  const [byP, byZ] = [p, z].map((node) => gradientStep(apart, { node }));
  const row = (values: ArrayLike<number>) => ({ shape: [1, values.length], values });
  const L = lossName(apart);
  const written = jacobianNotation(apart, p, z);
  const direct = gradientStep(fused, { node: output });
  return [
    heading("fusion", { p: step.symbol }),
    paragraph("fusion.why"),
    stepEquation(apart, step),
    equation(partial(above, below), written ? [written] : [], { value: matrix }),
    stepEquation(apart, byP),
    equation(partial(L, below), [infix("", partial(L, above), partial(above, below))], {
      factors: [row(tensorOf(apart, byP).values), matrix],
      value: row(tensorOf(apart, byZ).values),
    }),
    paragraph("fusion.runs", { gradient: partial(lossName(fused), gradientName(fused, output).split("/∂")[1]) }),
    stepEquation(fused, direct),
  ];
}

function diagonal(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? values[Math.floor(i / n)] : 0));
}
