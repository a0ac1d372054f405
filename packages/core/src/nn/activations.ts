/**
 * Activations h = φ(z), each written once, as an expression: its derivative follows from the ops' own rules.
 * Every formula is finite, with a finite gradient, wherever h itself is: no branch that is not taken can overflow.
 */
import type { Expr } from "../graph/expr.ts";
import { erf, exp, expm1, sigmoid, softplus, tanh } from "../ops/elementary.ts";
import { add, div, mul, square } from "../ops/ring.ts";
import { abs, less, relu, where } from "../ops/select.ts";
import { softmax } from "../ops/softmax.ts";

/** Any function from the pre-activation z ([batch, units]) to an expression of the same type. */
export type Activation = (z: Expr) => Expr;

/** The activations that go by a name, and so can be saved. */
export type ActivationName =
  | "identity"
  | "relu"
  | "leaky-relu"
  | "elu"
  | "selu"
  | "gelu"
  | "gelu-tanh"
  | "silu"
  | "mish"
  | "softplus"
  | "softsign"
  | "tanh"
  | "sigmoid"
  | "exp"
  | "softmax";

/** min(z, 0), with derivative 1 at 0: there elu and selu take the slope of their exponential side. */
const negativePart: Activation = (z) => where(less(0, z), 0, z);

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** All activations by name. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  // z
  identity: (z) => z,

  // max(z, 0)          Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010
  relu,

  // z for z > 0, else 0.01 z          Maas, Hannun & Ng, "Rectifier nonlinearities improve …", ICML 2013
  "leaky-relu": (z) => mul(z, where(less(0, z), 1, 0.01)),

  // z for z > 0, else eᶻ − 1          Clevert, Unterthiner & Hochreiter, "Fast and accurate … (ELUs)", ICLR 2016
  elu: (z) => add(relu(z), expm1(negativePart(z))),

  // λ (z for z > 0, else α (eᶻ − 1))          Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017
  selu: (z) => mul(SELU_SCALE, add(relu(z), mul(SELU_ALPHA, expm1(negativePart(z))))),

  // z Φ(z) = z/2 (1 + erf(z/√2))          Hendrycks & Gimpel, "Gaussian error linear units", 2016
  gelu: (z) => mul(mul(0.5, z), add(1, erf(mul(Math.SQRT1_2, z)))),

  // z/2 (1 + tanh(√(2/π) (z + 0.044715 z³)))          the same paper's approximation
  "gelu-tanh": (z) => {
    const cubic = mul(z, add(1, mul(0.044715, square(z))));
    return mul(mul(0.5, z), add(1, tanh(mul(Math.sqrt(2 / Math.PI), cubic))));
  },

  // z σ(z)          Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units …", 2017
  silu: (z) => mul(z, sigmoid(z)),

  // z tanh(ln(1 + eᶻ))          Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020
  mish: (z) => mul(z, tanh(softplus(z))),

  // ln(1 + eᶻ)          Dugas et al., "Incorporating second-order functional knowledge …", NeurIPS 2000
  softplus,

  // z / (1 + |z|)          Bergstra et al., "Quadratic polynomials learn better image features", 2009
  softsign: (z) => div(z, add(1, abs(z))),

  // (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)
  tanh,

  // σ(z) = 1 / (1 + e⁻ᶻ)
  sigmoid,

  // eᶻ
  exp,

  // eᶻⱼ / Σₖ eᶻₖ over the units of a row          Bridle, "Probabilistic interpretation of …", 1990
  softmax: (z) => softmax(z),
};
