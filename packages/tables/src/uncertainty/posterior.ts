/**
 * The posterior N(θ̂, Σ) of a linearised network's parameters, Σ⁻¹ = AᵀA/σ² + δI, by the eigenvalues s and orthonormal eigenvectors v
 * of AᵀA [n, n] (or, where there are fewer rows than parameters, of AAᵀ, which has the same ones above 0):
 *   j Σ jᵀ = Σᵢ (vᵢ·j)² / (sᵢ/σ² + δ) + (‖j‖² − Σᵢ (vᵢ·j)²)/δ
 * δ, the prior's precision, and σ², the noise's variance, are where the evidence is largest:
 *   γ = Σᵢ (sᵢ/σ²)/(sᵢ/σ² + δ)    δ = γ/‖θ̂‖²    σ² = Σ w (y − o)²/(N − γ)
 * MacKay, "A practical Bayesian framework for backpropagation networks", Neural Computation 4 (1992), equations 17 to 20;
 * Daxberger et al., "Laplace redux: effortless Bayesian deep learning", NeurIPS 2021
 */

/** Eigenvalues and -vectors of AᵀA above 0. */
export interface Spectrum {
  /** sᵢ > 0 */
  readonly values: Float64Array;
  /** vᵢ as rows, [values, parameters] */
  readonly vectors: Float64Array;
}

/** What a prior and noise are found by. */
export interface Evidence {
  /** Of the rows: Σ w (y − o)², or Σ w (−ln p). */
  readonly misfit: number;
  /** Σ w */
  readonly rows: number;
  /** ‖θ̂‖² */
  readonly squaredNorm: number;
  /** Whether the targets are amounts, whose noise is to be found. */
  readonly isNoisy: boolean;
  /** δ where it is given. */
  readonly priorPrecision: number | undefined;
}

export interface Hyperparameters {
  /** δ > 0 */
  readonly priorPrecision: number;
  /** σ² in the network's scale; 1 of classes. */
  readonly noiseVariance: number;
  /** γ: how many parameters the rows determine. */
  readonly effectiveParameters: number;
  /** ln p(targets | δ, σ²) by Laplace's approximation. */
  readonly logEvidence: number;
}

const MOST_ROUNDS = 500;
const TOLERANCE = 1e-9;
/** Of a number of rows the share that parameters may determine at most: noise is told of by what is left. */
const MOST_DETERMINED = 0.9;

export function findHyperparameters(values: Float64Array, given: Evidence): Hyperparameters {
  const { misfit, rows, squaredNorm, isNoisy } = given;
  let noise = isNoisy ? Math.max(misfit / rows, Number.MIN_VALUE) : 1;
  let prior = given.priorPrecision ?? 1;
  let determined = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    determined = 0;
    for (const s of values) determined += s / (s + prior * noise);
    const nextNoise = isNoisy ? misfit / (rows - Math.min(determined, MOST_DETERMINED * rows)) : 1;
    const nextPrior = given.priorPrecision ?? Math.max(determined, Number.MIN_VALUE) / squaredNorm;
    const moved = Math.abs(Math.log(nextNoise / noise)) + Math.abs(Math.log(nextPrior / prior));
    noise = nextNoise;
    prior = nextPrior;
    if (moved < TOLERANCE) break;
  }
  let logEvidence = -0.5 * prior * squaredNorm;
  for (const s of values) logEvidence -= 0.5 * Math.log1p(s / (noise * prior));
  logEvidence -= isNoisy ? misfit / (2 * noise) + (rows / 2) * Math.log(2 * Math.PI * noise) : misfit;
  return { priorPrecision: prior, noiseVariance: noise, effectiveParameters: determined, logEvidence };
}

/**
 * J Σ Jᵀ of one row's Jacobian [outputs, parameters], from what is projected: P = J Vᵀ, [outputs, values]. [outputs, outputs]
 */
export function outputCovariance(
  { values }: Spectrum,
  { priorPrecision, noiseVariance }: Hyperparameters,
  jacobian: Float64Array,
  projected: Float64Array,
): Float64Array {
  const r = values.length;
  const outputs = projected.length / r;
  const n = jacobian.length / outputs;
  const covariance = new Float64Array(outputs * outputs);
  for (let a = 0; a < outputs; a++) {
    for (let b = 0; b <= a; b++) {
      let rest = 0;
      for (let i = 0; i < n; i++) rest += jacobian[a * n + i] * jacobian[b * n + i];
      let found = 0;
      for (let i = 0; i < r; i++) {
        const product = projected[a * r + i] * projected[b * r + i];
        rest -= product;
        found += product / (values[i] / noiseVariance + priorPrecision);
      }
      // Of a variance rounding leaves nothing below 0.
      const beyond = (a === b ? Math.max(0, rest) : rest) / priorPrecision;
      covariance[a * outputs + b] = covariance[b * outputs + a] = found + (n > r ? beyond : 0);
    }
  }
  return covariance;
}
