/** What a confusion matrix says: confusion[truth][prediction], the weight of the rows. */

/** How one class is found, or the mean over classes. */
export interface Found {
  /** TP / (TP + FP) */
  readonly precision: number | null;
  /** TP / (TP + FN) */
  readonly recall: number | null;
  /** 2TP / (2TP + FP + FN) */
  readonly f1: number | null;
}

/** Of which classes a number is: the mean over those that occur in truth or prediction, the same weighed by their rows, or one. */
export type Averaging = "macro" | "weighted" | number;

type Confusion = readonly (readonly number[])[];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Rows of each class, and rows said to be of it. */
function marginsOf(confusion: Confusion): { readonly rows: number[]; readonly said: number[] } {
  return { rows: confusion.map(sum), said: confusion.map((_, label) => sum(confusion.map((truth) => truth[label]))) };
}

/** The share of rows that are right. */
export const accuracyOf = (confusion: Confusion): number =>
  sum(confusion.map((truth, label) => truth[label])) / sum(confusion.flat());

/** How many classes of an order a prediction is off on average. */
export const distanceOf = (confusion: Confusion): number =>
  sum(confusion.flatMap((row, truth) => row.map((weight, said) => weight * Math.abs(truth - said)))) /
  sum(confusion.flat());

/** The mean recall of the classes that there are rows of. */
export function balancedAccuracyOf(confusion: Confusion): number {
  const { rows } = marginsOf(confusion);
  const recalls = rows.flatMap((weight, label) => (weight > 0 ? [confusion[label][label] / weight] : []));
  return sum(recalls) / recalls.length;
}

/** Precision, recall and F₁; in a mean what is not defined of a class counts as 0. */
export function foundIn(confusion: Confusion, of: Averaging): Found {
  const { rows, said } = marginsOf(confusion);
  const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
  const each = confusion.map((truth, label): Found => {
    const hits = truth[label];
    return {
      precision: share(hits, said[label]),
      recall: share(hits, rows[label]),
      f1: share(2 * hits, rows[label] + said[label]),
    };
  });
  if (typeof of === "number") return each[of];
  const counts = rows.map((weight, label) => (of === "weighted" ? weight : Number(weight + said[label] > 0)));
  const mean = (part: keyof Found): number => sum(each.map((own, i) => counts[i] * (own[part] ?? 0))) / sum(counts);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/**
 * The correlation of truth and prediction: with c of n rows right, tₖ of class k and pₖ said to be,
 *   (c n − Σ tₖ pₖ) / √((n² − Σ pₖ²)(n² − Σ tₖ²))
 * Matthews 1975; of several classes Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
 * 2004. 0 where one class is said of all rows; null where all rows are of one class.
 */
export function matthewsOf(confusion: Confusion): number | null {
  const { rows, said } = marginsOf(confusion);
  if (rows.filter((weight) => weight > 0).length < 2) return null;
  if (said.filter((weight) => weight > 0).length < 2) return 0;
  const n = sum(rows);
  const product = (a: readonly number[], b: readonly number[]): number => sum(a.map((value, i) => value * b[i]));
  const right = sum(confusion.map((truth, label) => truth[label]));
  const spread = Math.sqrt((n * n - product(said, said)) * (n * n - product(rows, rows)));
  return (right * n - product(rows, said)) / spread;
}

/**
 * Agreement beyond chance: 1 − Σ wᵢⱼ cᵢⱼ / Σ wᵢⱼ eᵢⱼ, with e what chance gives, tᵢ pⱼ / n, and w 1 off the diagonal, or how far
 * apart the classes are. Cohen 1960; weighed 1968. Null where one class is all of truth and prediction.
 */
export function kappaOf(confusion: Confusion, disagreement?: "linear" | "quadratic"): number | null {
  const { rows, said } = marginsOf(confusion);
  const n = sum(rows);
  const costs = (i: number, j: number): number => {
    if (disagreement === undefined) return Number(i !== j);
    return disagreement === "linear" ? Math.abs(i - j) : (i - j) ** 2;
  };
  const total = (of: (i: number, j: number) => number): number =>
    sum(rows.flatMap((_, i) => said.map((_, j) => costs(i, j) * of(i, j))));
  const chance = total((i, j) => (rows[i] * said[j]) / n);
  return chance === 0 ? null : 1 - total((i, j) => confusion[i][j]) / chance;
}
