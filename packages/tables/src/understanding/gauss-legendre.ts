/** Gauss–Legendre quadrature on [0, 1]: n points integrate polynomials up to degree 2n − 1 exactly. */

export interface Quadrature {
  /** Ascending, inside (0, 1). */
  readonly nodes: Float64Array;
  /** Of each node; they add up to 1. */
  readonly weights: Float64Array;
}

/** P_n(x) and its derivative, by Bonnet's recurrence (k + 1) P_{k+1} = (2k + 1) x P_k − k P_{k−1}. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 1; k < n; k++) [before, value] = [value, ((2 * k + 1) * x * value - k * before) / (k + 1)];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}

/** The roots of P_n by Newton's method from Tricomi's approximation, and w = 2 / ((1 − x²) P_n′(x)²), moved to [0, 1]. */
export function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < 20; step++) {
      const { value, slope } = legendre(n, x);
      x -= value / slope;
    }
    const { slope } = legendre(n, x);
    nodes[i] = (x + 1) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
