/** The certificate for machines. */
import {
  type CurvatureCheck,
  curvatureVerdict,
  type VariableCheck,
  verdictOf,
  type Witnessed,
  type WitnessedEntry,
} from "@chaingrad/core/check";

/** Raised when something in the document changes its meaning or goes away (docs/certificate.md). */
const VERSION = 1;

/** `index` is row-major. */
export function toDocument(checks: readonly VariableCheck[], curvature?: CurvatureCheck): Record<string, unknown> {
  const tensors = checks.map(({ name, verdict, shape, size, entries, forwardError, direction }) => ({
    name,
    verdict,
    shape,
    entries: size,
    checked: entries.length,
    forwardError,
    direction: witness(direction),
    worst: entry(entries[0]),
    compared: entries.map(entry),
  }));
  const second = curvature && { verdict: curvatureVerdict(curvature), ...curvature };
  return { version: VERSION, verdict: verdictOf(checks, curvature), tensors, ...(second ? { curvature: second } : {}) };
}

const entry = (one: WitnessedEntry): Record<string, unknown> => ({ index: one.index, ...witness(one) });

/** `complex` is absent where there is no complex step. */
const witness = ({ verdict, claimed, forward, measured, error, step, complex, relativeError }: Witnessed) => ({
  ...{ verdict, claimed, forward, measured, error, step },
  ...(complex === undefined ? {} : { complex }),
  relativeError,
});
