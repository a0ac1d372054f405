/**
 * xʸ = e^(y log |x|) for one pair of f64 numbers, with JavaScript's rules at the edges. The exponential multiplies an
 * absolute error of its argument, up to 709, into a relative one of the result, so the logarithm is carried in two
 * numbers, high + low, accurate to 2⁻⁶⁵. Scalar, because powers are rare and their edge cases many.
 */

import { M_POW } from "../../src/graph/elementwise-kernels";
import { expPair } from "./rare";

/** The upper 26 bits of a: products of two such halves are exact. */
@inline
function upper(a: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(a) & 0xfffffffff8000000);
}

/** a·b − p for p = a·b rounded (Dekker, "A floating-point technique for extending the available precision", 1971). */
function productError(a: f64, b: f64, p: f64): f64 {
  const a1 = upper(a);
  const b1 = upper(b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2;
}

/**
 * e^(y log x) for finite x > 0. As in math.ts, x = 2ᵏ (1 + f), s = f / (2 + f) and
 * log x = k log 2 + 2s + s z (⅔ + z P(z)) with z = s²; each quantity but P in two parts.
 */
function positivePower(x: f64, y: f64): f64 {
  let k: f64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -54;
  }
  const bits = reinterpret<u64>(x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  k += <f64>(<i32>(bits >> 52) - 1023);
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const f = m - 1;

  const d = m + 1;
  const dLow = m - (d - 1);
  const s = f / d;
  const sd = s * d;
  const sLow = (f - sd - productError(s, d, sd) - s * dLow) / d;

  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;

  let p = 0.1291471218393509 * z + 0.13285868837545742;
  p = p * z + 0.15385577463308145;
  p = p * z + 0.18181808210921882;
  p = p * z + 0.22222222271326808;
  p = p * z + 0.2857142857133801;
  p = (p * z + 0.4000000000000003) * z;
  const c = 0.6666666666666666 + p;
  const cLow = 0.6666666666666666 - c + p + 3.700743415417188e-17;

  const zc = z * c;
  const zcLow = productError(z, c, zc) + z * cLow + zLow * c;
  const t = s * zc;
  const tLow = productError(s, zc, t) + s * zcLow + sLow * zc;

  const series = 2 * s + t;
  const seriesLow = 2 * s - series + t + (2 * sLow + tLow);
  const power = k * 0.6931471805592082;
  const high = power + series;
  const highLow = abs(power) > abs(series) ? power - high + series : series - high + power;
  const low = highLow + (seriesLow + k * 7.371002565167799e-13);

  // Renormalise, so that y·log x is one product and its error.
  const log = high + low;
  const logLow = high - log + low;
  const exponent = y * log;
  if (exponent > 710) return Infinity;
  if (exponent < -746) return 0;
  const e = f64x2.extract_lane(expPair(f64x2.splat(exponent)), 0);
  return e + e * (productError(y, log, exponent) + y * logLow);
}

function pow(x: f64, y: f64): f64 {
  if (y == 0) return 1;
  const size = abs(x);
  const infinite = abs(y) == Infinity;
  if (x != x || y != y || (infinite && size == 1)) return NaN;
  const whole = infinite || floor(y) == y;
  if (x < 0 && !whole && size != Infinity) return NaN;
  let result: f64;
  if (size == 0 || size == Infinity) {
    result = (size == 0) == y < 0 ? Infinity : 0;
  } else if (infinite) {
    result = size > 1 == y > 0 ? Infinity : 0;
  } else {
    result = positivePower(size, y);
  }
  const odd = abs(y) < 9007199254740992 && whole && (<i64>y & 1) != 0;
  return odd ? copysign(result, x) : result;
}

@inline
function applyPair(op: i32, a: f64, b: f64): f64 {
  switch (op) {
    case M_POW: return pow(a, b);
    default: unreachable();
  }
  return 0;
}

/** aᵇ, and whatever else of two operands goes through f64, one element at a time. */
export function rarePairs<T>(op: i32, dst: usize, a: usize, b: usize, count: i32): void {
  const end = dst + <usize>count * sizeof<T>();
  for (; dst < end; dst += sizeof<T>(), a += sizeof<T>(), b += sizeof<T>()) {
    store<T>(dst, <T>applyPair(op, <f64>load<T>(a), <f64>load<T>(b)));
  }
}
