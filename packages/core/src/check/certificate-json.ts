/** The certificate for machines. */
import type { ComparedRows } from "./certify.ts";
import type { Curvature } from "./check-curvature.ts";
import type { VariableCheck, WitnessedEntry } from "./check-variables.ts";
import { curvatureVerdict, verdictOf } from "./verdict.ts";
import type { Witnessed } from "./witnesses.ts";

/** Raised when something in the document changes its meaning or goes away (docs/certificate.md). */
const VERSION = 1;

/** `index` is row-major. `rows` are left out where they are not known. */
export function certificateJson(
  checks: readonly VariableCheck[],
  curvature?: Curvature,
  rows?: ComparedRows,
): Record<string, unknown> {
  const tensors = checks.map(({ name, of, verdict, shape, size, entries, forwardError, direction }) => ({
    name,
    ...(of === undefined ? {} : { of }),
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
  const head = { version: VERSION, verdict: verdictOf(checks, curvature), ...(rows ? { rows } : {}) };
  return { ...head, tensors, ...(second ? { curvature: second } : {}) };
}

const entry = (one: WitnessedEntry): Record<string, unknown> => ({ index: one.index, ...witness(one) });

/** `complex` is absent where there is no complex step. */
const witness = ({ verdict, claimed, forward, measured, error, step, complex, relativeError }: Witnessed) => ({
  ...{ verdict, claimed, forward, measured, error, step },
  ...(complex === undefined ? {} : { complex }),
  relativeError,
});
