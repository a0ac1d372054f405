/**
 * An op: everything about one primitive in one place. What it computes (`evaluate`, in float64, is the definition that
 * every engine is tested against), how it is differentiated, which local algebra holds, how it is written, and which
 * kernel runs it. Shared passes read these properties and never branch on an op's name.
 */
import * as numbers from "./elementwise-kernels.ts";
import type { Notation } from "./notation.ts";
import type { TensorType } from "./type.ts";

/** An expression: an immutable node of the graph. Programs, derivatives and derivations are made of nothing else. */
export interface Expr<A extends Attributes = Attributes> {
  /** Unique and increasing: operands always have smaller ids than the node that uses them. */
  readonly id: number;
  readonly op: Op<A>;
  readonly operands: readonly Expr[];
  readonly attributes: A;
  readonly type: TensorType;
  /** The symbol that people read: "W1", "z2", "h2". */
  readonly label?: string;
  readonly provenance?: Provenance;
  /** Which layer of a network it belongs to, and as what. */
  readonly within?: LayerRole;
}

export interface LayerRole {
  /** From 1. */
  readonly layer: number;
  /** "weight", "bias", "pre-activation", "activation": what kinds of layers call their tensors. */
  readonly role: string;
  /** Of a parameter: its share in the learning rate, and in weight decay, where they are not 1. */
  readonly rate?: number;
  readonly decay?: number;
}

export type Attributes = Readonly<Record<string, unknown>>;

/** Which rule made a node: "pullback of tanh, operand 0", "standardise weight". */
export type Provenance = DerivativeRule | PreparationRule;

export interface DerivativeRule {
  readonly rule: "pullback" | "pushforward" | "accumulation";
  /** The primal node that the rule differentiated. */
  readonly primal: Expr;
  /** Which of its operands the result is the cotangent of (pullback only). */
  readonly operand?: number;
}

/** What turns a table's values into those of a network, or back. */
interface PreparationRule {
  readonly rule: "standardise" | "unit";
  /** Whose values: the name of a column, as it is. */
  readonly of: string;
}

export const isDerivativeRule = (provenance: Provenance | undefined): provenance is DerivativeRule =>
  provenance !== undefined && "primal" in provenance;

/**
 * Many values of one expression at once, stacked along an axis of `expr` ("the batch axis"); without an axis, one value for
 * the whole batch.
 */
export interface Batched {
  readonly expr: Expr;
  readonly axis?: number | undefined;
}

/** A tensor's elements in row-major order, as the reference engine holds them (all element types). */
export type Values = Float64Array;

/** Everything about one primitive: its value, its derivatives, how it runs on a batch, how it is computed and written. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** That every element of the result depends on the same element of each operand, and on nothing else. */
  readonly elementwise?: boolean;
  /** The type of the result. Throws ShapeError when the operands do not fit. */
  infer(operands: readonly TensorType[], attributes: A): TensorType;
  /** The definition, in float64. */
  evaluate(operands: readonly Values[], node: Expr<A>): Values;
  /** Pushforward: the result's tangent ẏ from the operands' tangents; null stands for zero. */
  jvp(node: Expr<A>, tangents: readonly (Expr | null)[]): Expr | null;
  /** Pullback: each wanted operand's cotangent x̄ from the result's cotangent ȳ; null stands for zero. */
  vjp(node: Expr<A>, cotangent: Expr, wanted: readonly boolean[]): readonly (Expr | null)[];
  /** Pullback to one operand, for an op of any number of them: all of them one by one is then no more work than at once. */
  vjpOf?(node: Expr<A>, cotangent: Expr, operand: number): Expr | null;
  /**
   * The op on `size` values of its operands at once; at least one operand has a batch axis. The rule says where the
   * result's axis is, so that a product of matrices stays one product and nothing is moved in memory without need.
   * JAX's vmap; Frostig, Johnson & Leary, "Compiling machine learning programs via high-level tracing", MLSys 2018
   */
  batch(node: Expr<A>, operands: readonly Batched[], size: number): Batched;
  /** Local algebra: an equal expression that is cheaper or shorter, or undefined. */
  simplify?(node: Expr<A>): Expr | undefined;
  /**
   * The same value from ops that have a kernel; asked for before compiling where the op has none itself, and where it is
   * written in another language; never before printing.
   */
  decompose?(node: Expr<A>): Expr;
  /** How it is written, given how its operands are written. */
  notation(operands: readonly Notation[], node: Expr<A>): Notation;
  /**
   * How ∂result/∂operand is written for one example, tensors taken as columns (a matrix row by row): "I" is the identity.
   * Absent where there is no short form; elementwise ops need none, theirs is diag(derivative).
   */
  jacobian?(operands: readonly Notation[], node: Expr<A>, operand: number, result: Notation): Notation | undefined;
  /** The kernel that computes it. Ops with `decompose` need none. */
  kernel?(node: Expr<A>): Kernel;
}

type Dashed<Name extends string> = Name extends `${infer First}_${infer Rest}` ? `${First}-${Dashed<Rest>}` : Name;

/** Names of the elementwise kernels: "add", "less-equal" … (each is a constant of elementwise-kernels.ts). */
export type ElementwiseKernel = {
  [Constant in keyof typeof numbers]: Constant extends `M_${infer Name}` ? Lowercase<Dashed<Name>> : never;
}[keyof typeof numbers];

/** Their numbers in plans. */
export const KERNEL_NUMBERS = Object.fromEntries(
  Object.entries(numbers).map(([constant, value]) => [constant.slice(2).toLowerCase().replaceAll("_", "-"), value]),
) as Readonly<Record<ElementwiseKernel, number>>;

/** One strided copy between an operand and the result: sizes and strides count elements. */
export interface StridedCopy {
  readonly operand: number;
  readonly shape: readonly number[];
  readonly from: { readonly offset: number; readonly strides: readonly number[] };
  readonly to: { readonly offset: number; readonly strides: readonly number[] };
}

/** Products of matrices block by block: of each operand, and of the result, the blocks are below one another or side by side. */
export interface BlockProduct {
  readonly blocks: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly below: { readonly a: boolean; readonly b: boolean; readonly to: boolean };
}

/** The small closed set of things an engine can do; many ops share one. */
export type Kernel =
  | { readonly kind: "input" }
  | { readonly kind: "constant"; readonly values: Values }
  | { readonly kind: "fill"; readonly value: number }
  | { readonly kind: "elementwise"; readonly name: ElementwiseKernel }
  /** Result axis axes[i] runs along operand axis i; the other axes repeat. */
  | { readonly kind: "broadcast"; readonly axes: readonly number[] }
  /** The same elements in the same order: no work. */
  | { readonly kind: "alias" }
  /** Pieces are copied; what no piece covers is zero (`cover` says whether the pieces cover everything). */
  | { readonly kind: "copy"; readonly pieces: readonly StridedCopy[]; readonly cover: boolean }
  | { readonly kind: "matmul"; readonly transposeA: boolean; readonly transposeB: boolean }
  | ({ readonly kind: "block-matmul" } & BlockProduct)
  | { readonly kind: "reduce"; readonly by: "sum" | "max" | "logsumexp"; readonly axes: readonly number[] }
  | { readonly kind: "random"; readonly distribution: "uniform" | "normal"; readonly stream: number }
  | { readonly kind: "gather-rows" }
  | { readonly kind: "scatter-rows" }
  | { readonly kind: "one-hot" }
  | { readonly kind: "cast" }
  /** No engine's own: the host computes it by the op's definition, in float64. */
  | { readonly kind: "host" };
