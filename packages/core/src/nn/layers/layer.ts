/**
 * What a kind of layer says of itself. A kind is a file in this folder and a line in `kinds.ts`: whatever trains, explains,
 * saves or diagnoses a network asks the layer, and knows no kind.
 */
import type { Expr } from "../../graph/expr.ts";
import type { Shape } from "../../graph/type.ts";
import type { Activation, ActivationName } from "../activations.ts";
import type { Fans, Initialiser, InitialiserName } from "../initialisers.ts";

/** The kinds in `kinds.ts`. */
export type LayerKindName = "dense" | "scale" | "periodic" | "piecewise-linear" | "embedding";

/** A layer as plain data: only units and activation must be given. */
export interface LayerSpec {
  /** What it computes: a name, or a kind of one's own (default "dense"). */
  readonly kind?: LayerKindName | LayerKind;
  /** How many outputs the layer has: a whole number ≥ 1. */
  readonly units: number;
  /** A name, or a function of expressions of one's own. */
  readonly activation: ActivationName | Activation;
  /**
   * Whether each unit learns how much of the activation it takes (default false): h = z + a ⊙ (φ(z) − z), with a from 1, so
   * that it starts as φ(z) and can go back to z.
   */
  readonly slopes?: boolean;
  /** Whether there is a b (default true). */
  readonly bias?: boolean;
  /** The share of activations dropped while training: in [0, 1) (default 0). */
  readonly dropout?: number;
  /** What is done to z before the activation (default nothing). */
  readonly normalisation?: "layer" | "batch";
  /**
   * How many groups (default 1) the inputs and the units are shared between, evenly: W [units, inputs/groups] holds the blocks
   * of a block-diagonal matrix below one another, and no group sees another's inputs.
   */
  readonly groups?: number;
  /** How W starts (default: what suits the activation). */
  readonly initialiser?: InitialiserName | Initialiser;
  /** How b starts (default 0). */
  readonly biasInitialiser?: Exclude<InitialiserName, "orthogonal"> | Initialiser;
  /**
   * By a parameter's role ("weight", "bias", …) what its learning rate is multiplied by, a number > 0 (default 1). Of
   * optimizers of first order alone: others have no rate to multiply.
   */
  readonly rates?: RoleFactors;
  /** By role what the optimizer's weight decay (AdamW's λ) is multiplied by, a number ≥ 0 (default 1). */
  readonly decays?: RoleFactors;
  /** Which of its inputs, from 0, an embedding is of: all different. */
  readonly features?: readonly number[];
  /** Of each of them, how many categories it has: the input then holds a whole number from 0 to one less. */
  readonly categories?: readonly number[];
  /** How many numbers each of them becomes (default 4 for a number, itself included, and 8 for a category). */
  readonly dimension?: number;
  /** Of each of them, where its bins begin and end: two or more rising numbers. */
  readonly edges?: readonly (readonly number[])[];
  /** How many waves a number is taken apart into (default 16). */
  readonly frequencies?: number;
  /** The standard deviation that their frequencies start with, > 0 (default 0.1). */
  readonly deviation?: number;
  /** What errors and derivations call it (default "hidden1", "hidden2", …, "output"). */
  readonly name?: string;
}

/** A number for each role of a layer's parameters that has one of its own. */
export type RoleFactors = Readonly<Record<string, number>>;

/** A kind of layer: its options, its tensors, its forward pass and how it is described. */
export interface LayerKind {
  readonly name: string;
  /** The options that a layer of this kind may have beside kind, units and name. */
  readonly options: Readonly<Record<string, true>>;
  /** Whether it is z = W x + b of one matrix W ("W", [out, in]) and perhaps b ("b", [out]), and then an activation. */
  isAffine?(spec: LayerSpec): boolean;
  /** What it is made of, from its inputs on. */
  readonly parts: readonly LayerPart[];
  /** In a few words: "16 tanh". */
  describe(spec: LayerSpec): string;
  /** What its numbers are called where its inputs have names; absent where they are mixed. */
  names?(spec: LayerSpec, given: InputNames): LayerNames;
}

/** What the inputs of a layer are called. */
export interface InputNames {
  readonly inputs: readonly string[];
  /** Of those that hold a category, by their place from 0: what each category is called. */
  readonly categories?: Readonly<Record<number, readonly string[]>> | undefined;
}

/** What the numbers of a layer are called. */
export interface LayerNames {
  readonly outputs: readonly string[];
  /** Of its tensors, by symbol, along the first axis. */
  readonly tensors?: Readonly<Record<string, readonly string[]>>;
}

/** A step of a layer: its options, its tensors, what it computes. */
export interface LayerPart {
  /** Throws RangeError on an option that makes no sense; `where` is the layer, which takes so many inputs. */
  check?(spec: LayerSpec, where: string, inputs: number): void;
  /** Which inputs hold a category, a whole number from 0, and how many there are; for a first layer, which rows are given to. */
  categories?(spec: LayerSpec): ReadonlyMap<number, number>;
  /** What gradients move. */
  parameters?(spec: LayerSpec, inputs: number): readonly LayerTensor[];
  /** What training moves but no gradient does: running statistics of a batch, on which its rows then depend. */
  buffers?(spec: LayerSpec): readonly LayerBuffer[];
  /** What makes it random while training, in words ("dropout"); undefined where nothing does. */
  random?(spec: LayerSpec): string | undefined;
  forward(x: Expr, layer: LayerScope): Expr;
}

/** A tensor of a layer: its symbol, its role and its shape. */
export interface LayerTensor {
  /** "W": with the layer's number the name in files and derivations. */
  readonly symbol: string;
  /** What it is; of a "weight" regularisers are taken. */
  readonly role: string;
  readonly shape: Shape;
  /** What every element starts from, or who draws them. */
  readonly start: number | Initialiser;
  /** How many inputs and outputs one of its elements stands between, where these are not the layer's: what initialisers scale by. */
  readonly fans?: Fans;
}

/** A tensor that training moves but no gradient does. */
export interface LayerBuffer extends LayerTensor {
  readonly start: number;
}

/** What a part's forward pass sees of its layer. */
export interface LayerScope {
  readonly spec: LayerSpec;
  readonly name: string;
  /** From 1; also the random stream of the layer. */
  readonly number: number;
  readonly training: boolean;
  /** i32[2]. */
  readonly key: Expr | undefined;
  /** Row weights, [batch]. */
  readonly weight: Expr | undefined;
  /** A parameter or buffer by its symbol. Undefined where the layer has none. */
  tensor(symbol: string): Expr | undefined;
  /** What a buffer is after this step. */
  leave(symbol: string, next: Expr): void;
  /** The node under the layer's symbol. Of the roles "pre-activation" is where δ is taken, "normalised" what φ is given. */
  mark(node: Expr, symbol: string, role: string): Expr;
}
