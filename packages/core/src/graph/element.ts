/**
 * One element of what a kernel computes, in index form: which elements of its operands it is made of. Written with letters it
 * is the index form of a derivation, with numbers its terms, with slices what was not finite, with variables a loop: whoever
 * writes it brings its own places P along axes, and its own sizes S of them.
 */
import type { Kernel } from "./op.ts";

/** How one element of a result is made of elements of its operands. */
export type ElementForm<P, S> =
  /** A function of the operands' elements at the same place. */
  | { readonly kind: "pointwise" }
  /** The first operand's element at another place. */
  | { readonly kind: "moved"; readonly at: readonly P[] }
  /** Over all places `inner` along axes of these sizes: the product of the operands' elements, each at its own place. */
  | {
      readonly kind: "folded";
      readonly by: "sum" | "max" | "logsumexp";
      readonly sizes: readonly S[];
      places(inner: readonly P[]): readonly (readonly P[])[];
    };

/** What places and sizes are. */
export interface Axes<P, S> {
  isOne(size: S): boolean;
  isSame(a: S, b: S): boolean;
  /** The place along an axis of one element. */
  readonly only: P;
}

/** Kernels whose elements have a form of their own; of all others `kind` is looked at alone. */
type Formed = Extract<Kernel, { kind: "elementwise" | "cast" | "broadcast" | "alias" | "matmul" | "reduce" }>;

const FORMED: Readonly<Record<Formed["kind"], true>> = {
  ...{ elementwise: true, cast: true, broadcast: true, alias: true, matmul: true, reduce: true },
};
const isFormed = (kernel: { readonly kind: string }): kernel is Formed => Object.hasOwn(FORMED, kernel.kind);

/**
 * The element at `at` of a result of `shape`; undefined where a kernel has no such form, or a reshape does more than to add
 * and drop axes of one element.
 * @param operands the operands' shapes
 */
export function elementForm<P, S>(
  kernel: { readonly kind: string } | undefined,
  shape: readonly S[],
  operands: readonly (readonly S[])[],
  at: readonly P[],
  axes: Axes<P, S>,
): ElementForm<P, S> | undefined {
  if (kernel === undefined || !isFormed(kernel)) return undefined;
  const [x] = operands;
  switch (kernel.kind) {
    case "elementwise":
    case "cast":
      return { kind: "pointwise" };
    case "broadcast":
      return { kind: "moved", at: kernel.axes.map((axis) => at[axis]) };
    case "alias": {
      const moved = withoutOnes(shape, x, at, axes);
      return moved && { kind: "moved", at: moved };
    }
    case "matmul": {
      const { transposeA, transposeB } = kernel;
      const [row, column] = at;
      return {
        ...{ kind: "folded", by: "sum", sizes: [x[transposeA ? 0 : 1]] },
        places: ([k]) => [transposeA ? [k, row] : [row, k], transposeB ? [column, k] : [k, column]],
      };
    }
    case "reduce": {
      const { by, axes: reduced } = kernel;
      return {
        kind: "folded",
        by,
        sizes: reduced.map((axis) => x[axis]),
        places: (inner) => [merged(x, reduced, at, inner)],
      };
    }
    default:
      return kernel satisfies never;
  }
}

/** Places along the reduced axes and along the others, in the order of the operand's axes. */
function merged<P>(x: readonly unknown[], reduced: readonly number[], at: readonly P[], inner: readonly P[]): P[] {
  const kept = at[Symbol.iterator]();
  return x.map((_, axis) => (reduced.includes(axis) ? inner[reduced.indexOf(axis)] : (kept.next().value as P)));
}

/** The places in `to` of a reshape that only adds or drops axes of one element. */
function withoutOnes<P, S>(
  from: readonly S[],
  to: readonly S[],
  at: readonly P[],
  { isOne, isSame, only }: Axes<P, S>,
): P[] | undefined {
  const long = (shape: readonly S[]): S[] => shape.filter((size) => !isOne(size));
  const [own, other] = [long(from), long(to)];
  if (own.length !== other.length || !own.every((size, i) => isSame(size, other[i]))) return undefined;
  const rest = at.filter((_, axis) => !isOne(from[axis]))[Symbol.iterator]();
  return to.map((size) => (isOne(size) ? only : (rest.next().value as P)));
}
