/** Means over folds, and whether one method's are better than another's by more than chance makes of two equal ones. */
import { twoSidedP } from "./student.ts";

/** What a score was on one fold, null where it is not defined there. */
type OnFolds = readonly (number | null)[];

/** A score over all folds. */
export interface Average {
  /** Null where the score is defined on no fold. */
  readonly mean: number | null;
  /**
   * √((1/J + n₂/n₁) s²) of J folds with n₂ rows left out of n₁ + n₂, s² their variance: folds share rows, so that s/√J would be too
   * small (Nadeau & Bengio, "Inference for the generalization error", Machine Learning 52, 2003). Null of fewer than two folds.
   */
  readonly standardError: number | null;
}

/** One method's score less another's on the same folds. */
export interface Difference extends Average {
  /** The mean by its standard error; null where that is 0 or not known. */
  readonly t: number | null;
  /** Folds less one. */
  readonly freedom: number;
  /** The chance of a difference as large, either way, were there none (two-sided); null where t is. */
  readonly p: number | null;
}

/** @param ratio rows left out of a fold's training, by those it is trained on */
export function averageOf(values: OnFolds, ratio: number): Average {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { mean: null, standardError: null };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return { mean, standardError: null };
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  return { mean, standardError: Math.sqrt((1 / known.length + ratio) * variance) };
}

/** The corrected resampled t-test of Nadeau & Bengio 2003 on the folds where both scores are defined. */
export function differenceOf(own: OnFolds, other: OnFolds, ratio: number): Difference {
  const differences = own.flatMap((value, i) => {
    const against = other[i];
    return value === null || against === null ? [] : [value - against];
  });
  const average = averageOf(differences, ratio);
  const freedom = Math.max(0, differences.length - 1);
  const { mean, standardError } = average;
  if (mean === null || !standardError) return { ...average, t: null, freedom, p: null };
  const t = mean / standardError;
  return { ...average, t, freedom, p: twoSidedP(t, freedom) };
}
