/**
 * exp, log and what follows from them, on vectors, in f32 and f64 alike: reduce the argument to a short interval by
 * exact arithmetic on the exponent, then evaluate a polynomial there. The coefficients are our own: interpolation at
 * Chebyshev nodes in 60-digit arithmetic, rounded; the error stated is relative to the whole function.
 * Everything is inlined, so that a loop over a tile keeps its constants in registers.
 */

import { copySign, madd, splat } from "../vector";

/** log 2 = LN2_HI + LN2_LO, the first part short enough that its product with any exponent is exact. */
@inline function ln2High<T>(): v128 {
  return splat<T>(sizeof<T>() == 4 ? 0.693115234375 : 0.6931471805592082);
}
@inline function ln2Low<T>(): v128 {
  return splat<T>(sizeof<T>() == 4 ? 3.1946183e-5 : 7.371002565167799e-13);
}

/** 2ⁿ for a vector of whole numbers: adding 1.5·2ᵐ (m mantissa bits) leaves n + bias in the low bits. */
@inline
function powerOfTwo<T>(n: v128): v128 {
  if (sizeof<T>() == 4) return v128.shl<i32>(v128.add<f32>(n, splat<f32>(12582912 + 127)), 23);
  return v128.shl<i64>(v128.add<f64>(n, splat<f64>(6755399441055744 + 1023)), 52);
}

/** eʳ − 1 = r + r² P(r) for |r| ≤ ½ log 2; error 1e-8 in f32, 3e-19 in f64. */
@inline
function expm1Reduced<T>(r: v128): v128 {
  let p: v128;
  if (sizeof<T>() == 4) {
    p = madd<T>(splat<T>(0.001392625), r, splat<T>(0.008363233));
    p = madd<T>(p, r, splat<T>(0.041666552));
    p = madd<T>(p, r, splat<T>(0.16666576));
  } else {
    p = madd<T>(splat<T>(2.09147553258932e-9), r, splat<T>(2.5105312729622103e-8));
    p = madd<T>(p, r, splat<T>(2.755727347871858e-7));
    p = madd<T>(p, r, splat<T>(2.755725517000089e-6));
    p = madd<T>(p, r, splat<T>(2.480158732567746e-5));
    p = madd<T>(p, r, splat<T>(1.984126987500228e-4));
    p = madd<T>(p, r, splat<T>(1.3888888888883711e-3));
    p = madd<T>(p, r, splat<T>(8.333333333326084e-3));
    p = madd<T>(p, r, splat<T>(4.166666666666667e-2));
    p = madd<T>(p, r, splat<T>(0.1666666666666667));
  }
  p = madd<T>(p, r, splat<T>(0.5));
  return madd<T>(v128.mul<T>(r, r), p, r);
}

/**
 * eˣ or eˣ − 1. With x = n log 2 + r, q = eʳ − 1 and 2ⁿ = g h (two factors, so that neither overflows when the result
 * is denormal or just below infinity): eˣ = (q h + h) g, and eˣ − 1 = (q h + (h − 1/g)) g, which is q for n = 0.
 */
@inline
function exponential<T>(x: v128, minusOne: bool): v128 {
  // pmin and pmax keep their first operand when it is NaN.
  x = v128.pmin<T>(x, splat<T>(sizeof<T>() == 4 ? 89 : 710));
  x = v128.pmax<T>(x, splat<T>(sizeof<T>() == 4 ? -105 : -747));
  const n = v128.nearest<T>(v128.mul<T>(x, splat<T>(1.4426950408889634)));
  let r = v128.sub<T>(x, v128.mul<T>(n, ln2High<T>()));
  r = v128.sub<T>(r, v128.mul<T>(n, ln2Low<T>()));
  const q = expm1Reduced<T>(r);
  const half = v128.floor<T>(v128.mul<T>(n, splat<T>(0.5)));
  const h = powerOfTwo<T>(half);
  const rest = v128.sub<T>(n, half);
  const offset = minusOne ? v128.sub<T>(h, powerOfTwo<T>(v128.neg<T>(rest))) : h;
  return v128.mul<T>(madd<T>(q, h, offset), powerOfTwo<T>(rest));
}

@inline
export function exp<T>(x: v128): v128 {
  return exponential<T>(x, false);
}

@inline
export function expm1<T>(x: v128): v128 {
  return copySign<T>(exponential<T>(x, true), x);
}

/** 2 atanh(s) = 2s + s R(s²), the series of the logarithm, for |s| ≤ 0.172; error 3e-9 in f32, 5e-18 in f64. */
@inline
function logSeries<T>(z: v128): v128 {
  let p: v128;
  if (sizeof<T>() == 4) {
    p = madd<T>(splat<T>(0.29580986), z, splat<T>(0.3998876));
    p = madd<T>(p, z, splat<T>(0.66666687));
  } else {
    p = madd<T>(splat<T>(0.14617807153417325), z, splat<T>(0.15331611722055008));
    p = madd<T>(p, z, splat<T>(0.1818289243253687));
    p = madd<T>(p, z, splat<T>(0.22222211089379496));
    p = madd<T>(p, z, splat<T>(0.28571428626253836));
    p = madd<T>(p, z, splat<T>(0.3999999999989889));
    p = madd<T>(p, z, splat<T>(0.666666666666667));
  }
  return v128.mul<T>(p, z);
}

/**
 * log x for normal positive x, plus k0 log 2. With x = 2ᵏ (1 + f), √½ ≤ 1 + f < √2, and s = f / (2 + f):
 * log(1 + f) = 2 atanh(s) = f − (f²/2 − s (f²/2 + R(s²))), which rounds only what is small beside f.
 */
@inline
function logNormal<T>(x: v128, k0: v128): v128 {
  let k: v128;
  let m: v128;
  // Adding bits(1) − bits(√½) carries into the exponent exactly when the mantissa is ≥ √2; the exponent becomes a
  // float by being written into the mantissa of 2²³ (2⁵²).
  if (sizeof<T>() == 4) {
    const bits = v128.add<i32>(x, i32x4.splat(0x3f800000 - 0x3f3504f3));
    k = v128.sub<T>(v128.or(v128.shr<u32>(bits, 23), splat<T>(8388608)), splat<T>(8388608 + 127));
    m = v128.add<i32>(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  } else {
    const bits = v128.add<i64>(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
    k = v128.sub<T>(v128.or(v128.shr<u64>(bits, 52), splat<T>(4503599627370496)), splat<T>(4503599627370496 + 1023));
    m = v128.add<i64>(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  }
  k = v128.add<T>(k, k0);
  const f = v128.sub<T>(m, splat<T>(1));
  const s = v128.div<T>(f, v128.add<T>(f, splat<T>(2)));
  const halfSquare = v128.mul<T>(v128.mul<T>(f, f), splat<T>(0.5));
  const series = v128.add<T>(halfSquare, logSeries<T>(v128.mul<T>(s, s)));
  const small = v128.sub<T>(halfSquare, madd<T>(s, series, v128.mul<T>(k, ln2Low<T>())));
  return madd<T>(k, ln2High<T>(), v128.sub<T>(f, small));
}

/** log x everywhere: −∞ at 0, NaN below, ∞ and NaN as they are, denormals scaled up first. */
@inline
export function log<T>(x: v128): v128 {
  const denormal = v128.lt<T>(x, splat<T>(sizeof<T>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308));
  const scale = splat<T>(sizeof<T>() == 4 ? 16777216 : 18014398509481984); // 2²⁴, 2⁵⁴
  const scaled = v128.bitselect(v128.mul<T>(x, scale), x, denormal);
  let y = logNormal<T>(scaled, v128.and(denormal, splat<T>(sizeof<T>() == 4 ? -24 : -54)));
  y = v128.bitselect(y, x, v128.lt<T>(x, splat<T>(Infinity)));
  y = v128.bitselect(splat<T>(-Infinity), y, v128.eq<T>(x, splat<T>(0)));
  return v128.or(y, v128.lt<T>(x, splat<T>(0))); // all bits set is a NaN
}

/** What rounding u = 1 + x lost, to first order in the logarithm: log(1 + x) = log u + (x − (u − 1)) / u. */
@inline
function log1pCorrection<T>(x: v128, u: v128): v128 {
  return v128.div<T>(v128.sub<T>(x, v128.sub<T>(u, splat<T>(1))), u);
}

@inline
export function log1p<T>(x: v128): v128 {
  const u = v128.add<T>(x, splat<T>(1));
  const finite = v128.and(v128.gt<T>(u, splat<T>(0)), v128.lt<T>(u, splat<T>(Infinity)));
  const y = v128.add<T>(log<T>(u), v128.and(log1pCorrection<T>(x, u), finite));
  return copySign<T>(y, x);
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|), and 1 + e^−|x| lies between 1 and 2. */
@inline
export function softplus<T>(x: v128): v128 {
  const e = exp<T>(v128.neg<T>(v128.abs<T>(x)));
  const u = v128.add<T>(e, splat<T>(1));
  const tail = v128.add<T>(logNormal<T>(u, splat<T>(0)), log1pCorrection<T>(e, u));
  return v128.add<T>(v128.pmax<T>(x, splat<T>(0)), tail);
}

/** 1 / (1 + e^−x) = (x < 0 ? e : 1) / (1 + e) with e = e^−|x| ≤ 1: small results keep their digits. */
@inline
export function sigmoid<T>(x: v128): v128 {
  const one = splat<T>(1);
  const e = exp<T>(v128.neg<T>(v128.abs<T>(x)));
  const numerator = v128.bitselect(e, one, v128.lt<T>(x, splat<T>(0)));
  return v128.div<T>(numerator, v128.add<T>(e, one));
}

/** tanh |x| = t / (t + 2) with t = e^2|x| − 1: no cancellation. Beyond the clamp the quotient rounds to 1. */
@inline
export function tanh<T>(x: v128): v128 {
  const twice = v128.abs<T>(v128.add<T>(x, x));
  const t = exponential<T>(v128.pmin<T>(twice, splat<T>(sizeof<T>() == 4 ? 20 : 40)), true);
  return copySign<T>(v128.div<T>(t, v128.add<T>(t, splat<T>(2))), x);
}
