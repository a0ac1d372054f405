/** The gradient of a scalar by many tensors against finite differences, entry by entry. */
import { checkKeys } from "../given/names.ts";
import { numbersOf } from "../given/numbers.ts";
import { threefry, uniformAt } from "../ops/random.ts";
import { checkDerivative, type DerivativeCheck, type Verdict } from "./differences.ts";

/** The check of one entry of a gradient. */
export interface EntryCheck extends DerivativeCheck {
  /** Where in the tensor, row-major. */
  readonly index: number;
}

/** The check of a whole tensor's gradient. */
export interface TensorCheck {
  readonly name: string;
  readonly size: number;
  /** The entries that were looked at, the worst first: mismatches, points without derivative, kinks, then the largest relative error. */
  readonly entries: readonly EntryCheck[];
  /** That of the worst entry. */
  readonly verdict: Verdict;
}

/** How many entries are looked at, and which. */
export interface GradientCheckOptions {
  /** Entries to look at in each tensor, or in one of a name: all where there are no more, else a sample (default all). */
  readonly most?: number | ((name: string) => number);
  /** Decides the sample (default 0). */
  readonly seed?: number;
  /** As in `checkDerivative`. */
  readonly magnitude?: number;
}

type Tensors = Readonly<Record<string, ArrayLike<number>>>;

const ORDER: Readonly<Record<Verdict, number>> = { mismatch: 0, "no derivative": 1, kink: 2, ok: 3 };

/** Orders checks from the worst verdict to the best. */
export const worstFirst = (a: Verdict, b: Verdict): number => ORDER[a] - ORDER[b];

/** Whether the gradient cannot be trusted: at a kink it can. */
export const isWrong = (verdict: Verdict): boolean => verdict === "mismatch" || verdict === "no derivative";

/**
 * Checks the claimed gradient of every tensor it is given for.
 * @param evaluate the scalar where tensor `name` holds `values` and all others hold what `tensors` says; `values`
 * change when it is called again
 */
export function checkGradients(
  evaluate: (name: string, values: Float64Array) => number,
  tensors: Tensors,
  gradients: Tensors,
  options: GradientCheckOptions = {},
): TensorCheck[] {
  checkKeys("checkGradients", options, { most: true, seed: true, magnitude: true });
  const { most = Number.POSITIVE_INFINITY, seed = 0, magnitude } = options;
  return Object.entries(gradients).map(([name, gradient], number) => {
    const values = Float64Array.from(numbersOf(`tensors: '${name}'`, tensors[name]));
    numbersOf(`gradients: '${name}'`, gradient, values.length);
    const entries = sample(values.length, typeof most === "number" ? most : most(name), seed, number).map(
      (index): EntryCheck => {
        const at = values[index];
        const along = (value: number): number => {
          values[index] = value;
          return evaluate(name, values);
        };
        const check = checkDerivative(along, at, gradient[index], magnitude);
        values[index] = at;
        return { index, ...check };
      },
    );
    entries.sort((a, b) => worstFirst(a.verdict, b.verdict) || b.relativeError - a.relativeError);
    return { name, size: values.length, entries, verdict: entries[0].verdict };
  });
}

/** Indices below `size`, in order: all, or `most` different ones drawn from a stream of their own. */
function sample(size: number, most: number, seed: number, stream: number): number[] {
  if (size <= most) return Array.from({ length: size }, (_, i) => i);
  const key = threefry(seed, Math.floor(seed / 2 ** 32), 0, 0);
  const drawn = new Set<number>();
  for (let i = 0; drawn.size < most; i++) drawn.add(Math.floor(uniformAt(key, stream, i) * size));
  return [...drawn].sort((a, b) => a - b);
}
