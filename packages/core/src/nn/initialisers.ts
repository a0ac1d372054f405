/**
 * Where weights start: pure functions of a random key, so the same seed gives the same values. Each keeps the variance
 * of what flows through a layer at one scale: Var W = gain / fan.
 */
import type { Shape } from "../graph/type.ts";
import { sizeOf } from "../graph/type.ts";
import { normalAt, uniformAt } from "../ops/random.ts";
import type { Activation, ActivationName } from "./activations.ts";

/** How many inputs and outputs a layer has: what initialisers scale by. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** A stream of counter-based random numbers (ops/random.ts). */
export interface RandomStream {
  /** Two 32-bit words. */
  readonly key: ArrayLike<number>;
  readonly stream: number;
}

/** The values of a weight matrix [fanOut, fanIn], or of a bias, row-major. */
export type Initialiser = (shape: Shape, fans: Fans, random: RandomStream) => Float64Array;

/** The initialisers that go by a name. */
export type InitialiserName =
  | "glorot-uniform"
  | "glorot-normal"
  | "he-uniform"
  | "he-normal"
  | "lecun-uniform"
  | "lecun-normal"
  | "orthogonal"
  | "standard-normal"
  | "zeros";

type Variance = (fans: Fans) => number;

// 2/(in + out)     Glorot & Bengio, "Understanding the difficulty of training deep feedforward …", AISTATS 2010
const glorot: Variance = ({ fanIn, fanOut }) => 2 / (fanIn + fanOut);
// 2/in             He, Zhang, Ren & Sun, "Delving deep into rectifiers", ICCV 2015
const he: Variance = ({ fanIn }) => 2 / fanIn;
// 1/in             LeCun, Bottou, Orr & Müller, "Efficient backprop", 1998
const lecun: Variance = ({ fanIn }) => 1 / fanIn;

function draw(shape: Shape, at: (i: number) => number): Float64Array {
  return new Float64Array(sizeOf(shape)).map((_, i) => at(i));
}

/** Uniform on [−a, a) has variance a²/3, so a = √(3 Var). */
const uniform =
  (variance: Variance): Initialiser =>
  (shape, fans, { key, stream }) => {
    const limit = Math.sqrt(3 * variance(fans));
    return draw(shape, (i) => limit * (2 * uniformAt(key, stream, i) - 1));
  };

const normal =
  (variance: Variance): Initialiser =>
  (shape, fans, { key, stream }) => {
    const deviation = Math.sqrt(variance(fans));
    return draw(shape, (i) => deviation * normalAt(key, stream, i));
  };

/** All initialisers by name. */
export const initialisers: Readonly<Record<InitialiserName, Initialiser>> = {
  "glorot-uniform": uniform(glorot),
  "glorot-normal": normal(glorot),
  "he-uniform": uniform(he),
  "he-normal": normal(he),
  "lecun-uniform": uniform(lecun),
  "lecun-normal": normal(lecun),
  orthogonal,
  // N(0, 1), whatever the fans: biases of the "neural tangent" parametrisation (Jacot, Gabriel & Hongler, NeurIPS 2018)
  "standard-normal": normal(() => 1),
  zeros: constantInitialiser(0),
};

/** The initialiser of a name, or the given one. */
export const initialiserOf = (given: InitialiserName | Initialiser): Initialiser =>
  typeof given === "function" ? given : initialisers[given];

/** As many matrices below one another, each drawn for itself. A layer has less than 16 tensors, and so 2²⁰ streams. */
export const inBlocks = (draw: Initialiser, blocks: number): Initialiser =>
  blocks === 1
    ? draw
    : ([rows, ...rest], fans, { key, stream }) => {
        const shape = [rows / blocks, ...rest];
        const values = new Float64Array(rows * sizeOf(rest));
        for (let block = 0; block < blocks; block++) {
          const own = draw(shape, fans, { key, stream: stream + block * 2 ** 20 });
          values.set(own, block * sizeOf(shape));
        }
        return values;
      };

/** Every element the same. */
export function constantInitialiser(value: number): Initialiser {
  return (shape) => new Float64Array(sizeOf(shape)).fill(value);
}

/**
 * Orthonormal rows (W Wᵀ = I), or columns (WᵀW = I) when there are more rows than columns.
 * Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning …", ICLR 2014
 */
function orthogonal([rows, columns]: Shape, _fans: Fans, { key, stream }: RandomStream): Float64Array {
  const [many, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const vectors = Array.from({ length: many }, (_, v) => draw([length], (i) => normalAt(key, stream, v * length + i)));
  orthonormalise(vectors);
  return draw([rows, columns], (i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return rows <= columns ? vectors[row][column] : vectors[column][row];
  });
}

/**
 * Modified Gram-Schmidt, in place. It is the QR factorisation whose R has a positive diagonal, which makes Q of a normal
 * matrix uniform over all rotations (Mezzadri, "How to generate random matrices …", 2007) with no sign to fix.
 * Every vector is projected twice, which is enough for orthogonality to rounding (Giraud, Langou & Rozložník 2005).
 */
function orthonormalise(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, v) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of vectors.slice(0, v)) {
        const along = dot(earlier, vector);
        for (let i = 0; i < vector.length; i++) vector[i] -= along * earlier[i];
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] /= length;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

const RECTIFIERS: readonly ActivationName[] = ["relu", "leaky-relu", "elu", "gelu", "gelu-tanh", "silu", "mish"];

/** What a layer starts from unless told: he for rectifiers, lecun for selu, glorot for all else (and one's own). */
export function defaultInitialiser(activation: ActivationName | Activation): InitialiserName {
  if (activation === "selu") return "lecun-normal";
  return RECTIFIERS.some((name) => name === activation) ? "he-normal" : "glorot-uniform";
}
