/**
 * Which rows belong to another class than the one they are given, by confident learning: a row counts for the classes j with
 *   p_j ≥ t_j,   t_j the mean of p_j over the rows that are given class j
 * that is, of which models are as sure as they are of that class's own rows on average; of several the most probable one. A row that
 * counts for another class than its own is off the diagonal of the confident joint.
 * Northcutt, Jiang & Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 70 (2021), eq. 1 and 2
 */

/**
 * @param probabilities of each row by class, from models that never saw it
 * @param labels the class that each row is given
 */
export function confidentlyOther(probabilities: readonly (readonly number[])[], labels: readonly number[]): boolean[] {
  const classes = probabilities[0]?.length ?? 0;
  const thresholds = Array.from({ length: classes }, (_, label) => {
    const own = probabilities.filter((_, row) => labels[row] === label).map((p) => p[label]);
    // Of a class without rows nobody can be sure.
    return own.length === 0 ? Number.POSITIVE_INFINITY : own.reduce((sum, p) => sum + p, 0) / own.length;
  });
  return probabilities.map((p, row) => {
    const sure = p.flatMap((value, label) => (value >= thresholds[label] ? [label] : []));
    const counted = sure.reduce((best, label) => (best === -1 || p[label] > p[best] ? label : best), -1);
    return counted !== -1 && counted !== labels[row];
  });
}
