/**
 * The functions that training seldom calls: sin, cos, tan, atan, erf. One f64 implementation on pairs serves both
 * precisions (f32 is promoted and rounded back), because code size matters more here than speed. Coefficients as in
 * math.ts.
 */

import { M_ATAN, M_COS, M_ERF, M_EXPM1, M_LOG1P, M_SIN, M_TAN } from "../../src/graph/elementwise-kernels";
import { copySign, madd, splat } from "../vector";
import { exp, expm1, log1p } from "./math";

/** exp as a function of its own, for callers that are not a loop over a tile. */
export function expPair(x: v128): v128 {
  return exp<f64>(x);
}

/** sin r = r + r³ S(r²) for |r| ≤ π/4; error 2e-17. */
@inline
function sinReduced(r: v128, z: v128): v128 {
  let p = madd<f64>(splat<f64>(1.5917988979397435e-10), z, splat<f64>(-2.5051129896450185e-8));
  p = madd<f64>(p, z, splat<f64>(2.7557316093198404e-6));
  p = madd<f64>(p, z, splat<f64>(-1.9841269836740532e-4));
  p = madd<f64>(p, z, splat<f64>(8.333333333330936e-3));
  p = madd<f64>(p, z, splat<f64>(-0.16666666666666666));
  return madd<f64>(v128.mul<f64>(p, z), r, r);
}

/** cos r = 1 − r²/2 + r⁴ C(r²) for |r| ≤ π/4; error 1e-18. */
@inline
function cosReduced(z: v128): v128 {
  let p = madd<f64>(splat<f64>(-1.138254464534925e-11), z, splat<f64>(2.087614504941318e-9));
  p = madd<f64>(p, z, splat<f64>(-2.755731726587808e-7));
  p = madd<f64>(p, z, splat<f64>(2.48015872987544e-5));
  p = madd<f64>(p, z, splat<f64>(-1.3888888888887389e-3));
  p = madd<f64>(p, z, splat<f64>(4.1666666666666664e-2));
  p = madd<f64>(p, z, splat<f64>(-0.5));
  return madd<f64>(p, z, splat<f64>(1));
}

export const SIN = 0;
export const COS = 1;
export const TAN = 2;

/**
 * Cody and Waite's reduction, "Software Manual for the Elementary Functions" (1980): r = x − n π/2 with π/2 in three
 * parts, the first two of 33 bits, so that their products with n are exact while |x| < 10⁶. Beyond, digits are lost
 * with growing |x|, and the clamp keeps results in range.
 */
export function trigonometric(x: v128, which: i32): v128 {
  let sign = v128.and(x, splat<f64>(-0.0));
  x = v128.xor(x, sign);
  if (which == COS) sign = splat<f64>(0);
  const n = v128.nearest<f64>(v128.mul<f64>(x, splat<f64>(0.6366197723675814)));
  const first = v128.sub<f64>(x, v128.mul<f64>(n, splat<f64>(1.5707963267341256)));
  const second = v128.mul<f64>(n, splat<f64>(6.077100506303966e-11));
  const high = v128.sub<f64>(first, second);
  const lost = v128.sub<f64>(v128.sub<f64>(first, high), second);
  let r = v128.add<f64>(high, v128.sub<f64>(lost, v128.mul<f64>(n, splat<f64>(2.0222662487959506e-21))));
  r = v128.pmax<f64>(v128.pmin<f64>(r, splat<f64>(0.786)), splat<f64>(-0.786));
  const z = v128.mul<f64>(r, r);
  const sine = sinReduced(r, z);
  const cosine = cosReduced(z);

  // The low bits of the quadrant n; a cosine is a sine one quadrant on.
  let quadrant = v128.add<f64>(n, splat<f64>(6755399441055744));
  if (which == COS) quadrant = v128.add<i64>(quadrant, i64x2.splat(1));
  const odd = v128.sub<i64>(i64x2.splat(0), v128.and(quadrant, i64x2.splat(1)));
  const value = v128.bitselect(cosine, sine, odd);
  if (which == TAN) {
    const quotient = v128.div<f64>(value, v128.bitselect(sine, cosine, odd));
    return v128.xor(quotient, v128.xor(sign, v128.and(odd, splat<f64>(-0.0))));
  }
  return v128.xor(value, v128.xor(sign, v128.shl<i64>(v128.and(quadrant, i64x2.splat(2)), 62)));
}

/**
 * atan a = π/4 + atan((a − 1) / (a + 1)) = π/2 + atan(−1 / a) bring a ≥ 0 to |t| ≤ tan(π/8), where
 * atan t = t + t³ A(t²); error 7e-18.
 */
export function atan(x: v128): v128 {
  const one = splat<f64>(1);
  const a = v128.abs<f64>(x);
  const middle = v128.gt<f64>(a, splat<f64>(0.41421356237309503));
  const large = v128.gt<f64>(a, splat<f64>(2.414213562373095));
  let numerator = v128.bitselect(v128.sub<f64>(a, one), a, middle);
  numerator = v128.bitselect(splat<f64>(-1), numerator, large);
  let denominator = v128.bitselect(v128.add<f64>(a, one), one, middle);
  denominator = v128.bitselect(a, denominator, large);
  const t = v128.div<f64>(numerator, denominator);
  const z = v128.mul<f64>(t, t);
  let p = madd<f64>(splat<f64>(-0.019162068915902573), z, splat<f64>(0.03921955253255129));
  p = madd<f64>(p, z, splat<f64>(-0.05085030492810941));
  p = madd<f64>(p, z, splat<f64>(0.058580687568615106));
  p = madd<f64>(p, z, splat<f64>(-0.06664502215671447));
  p = madd<f64>(p, z, splat<f64>(0.07692182535116648));
  p = madd<f64>(p, z, splat<f64>(-0.09090904549884611));
  p = madd<f64>(p, z, splat<f64>(0.11111111014561013));
  p = madd<f64>(p, z, splat<f64>(-0.14285714284657894));
  p = madd<f64>(p, z, splat<f64>(0.1999999999999548));
  p = madd<f64>(p, z, splat<f64>(-0.3333333333333333));
  let base = v128.and(middle, splat<f64>(0.7853981633974483));
  let baseLow = v128.and(middle, splat<f64>(3.061616997868383e-17));
  base = v128.add<f64>(base, v128.and(large, splat<f64>(0.7853981633974483)));
  baseLow = v128.add<f64>(baseLow, v128.and(large, splat<f64>(3.061616997868383e-17)));
  const small = madd<f64>(v128.mul<f64>(p, z), t, baseLow);
  return copySign<f64>(v128.add<f64>(base, v128.add<f64>(t, small)), x);
}

/** erf x = x E(x²) for |x| ≤ 1; error 4e-17. */
@inline
function erfCentral(x: v128): v128 {
  const z = v128.mul<f64>(x, x);
  let p = madd<f64>(splat<f64>(-7.795898827002142e-10), z, splat<f64>(1.3720064546777686e-8));
  p = madd<f64>(p, z, splat<f64>(-1.6208483801871705e-7));
  p = madd<f64>(p, z, splat<f64>(1.6447424703317362e-6));
  p = madd<f64>(p, z, splat<f64>(-1.492473690741966e-5));
  p = madd<f64>(p, z, splat<f64>(1.2055294904839707e-4));
  p = madd<f64>(p, z, splat<f64>(-8.548325975389692e-4));
  p = madd<f64>(p, z, splat<f64>(5.2239776071164225e-3));
  p = madd<f64>(p, z, splat<f64>(-0.02686617064323777));
  p = madd<f64>(p, z, splat<f64>(0.11283791670945006));
  p = madd<f64>(p, z, splat<f64>(-0.37612638903183543));
  p = madd<f64>(p, z, splat<f64>(1.1283791670955126));
  return v128.mul<f64>(p, x);
}

/**
 * erf a = 1 − e^−a² G(u) for 1 ≤ a ≤ 6, where G, the scaled complement e^a² erfc a, is smooth in
 * u = 14.4/(a + 3) − 2.6, which maps [1, 6] onto [−1, 1]; error 7e-17. erf 6 already rounds to 1.
 */
@inline
function erfOuter(a: v128): v128 {
  a = v128.pmin<f64>(a, splat<f64>(6));
  const u = v128.sub<f64>(v128.div<f64>(splat<f64>(14.4), v128.add<f64>(a, splat<f64>(3))), splat<f64>(2.6));
  let p = madd<f64>(splat<f64>(-2.3736182042986786e-10), u, splat<f64>(2.4416129982547695e-10));
  p = madd<f64>(p, u, splat<f64>(1.131478564144137e-8));
  p = madd<f64>(p, u, splat<f64>(4.551267548592995e-9));
  p = madd<f64>(p, u, splat<f64>(-5.541125848160943e-7));
  p = madd<f64>(p, u, splat<f64>(-2.42557221161177e-6));
  p = madd<f64>(p, u, splat<f64>(1.9563578906857695e-5));
  p = madd<f64>(p, u, splat<f64>(3.316029648753461e-4));
  p = madd<f64>(p, u, splat<f64>(2.479314697621277e-3));
  p = madd<f64>(p, u, splat<f64>(0.012713147695154857));
  p = madd<f64>(p, u, splat<f64>(0.049698445403375216));
  p = madd<f64>(p, u, splat<f64>(0.15436117429438836));
  p = madd<f64>(p, u, splat<f64>(0.20798329133342885));
  const gauss = expPair(v128.neg<f64>(v128.mul<f64>(a, a)));
  return v128.sub<f64>(splat<f64>(1), v128.mul<f64>(gauss, p));
}

export function erf(x: v128): v128 {
  const a = v128.abs<f64>(x);
  const y = v128.bitselect(erfCentral(a), erfOuter(a), v128.lt<f64>(a, splat<f64>(1)));
  return copySign<f64>(y, x);
}

function applyRare(op: i32, x: v128): v128 {
  switch (op) {
    case M_EXPM1: return expm1<f64>(x);
    case M_LOG1P: return log1p<f64>(x);
    case M_ERF: return erf(x);
    case M_SIN: return trigonometric(x, SIN);
    case M_COS: return trigonometric(x, COS);
    case M_TAN: return trigonometric(x, TAN);
    
    case M_ATAN: return atan(x);
    default: unreachable();
  }
  return x;
}

/** The rare functions, two elements at a time in f64 whatever T is. */
export function rareLoop<T>(op: i32, dst: usize, a: usize, count: i32): void {
  for (; count > 0; dst += 2 * sizeof<T>(), a += 2 * sizeof<T>(), count -= 2) {
    if (sizeof<T>() == 4) {
      const x = count > 1 ? v128.load64_zero(a) : v128.load32_zero(a);
      const y = v128.demote_zero(applyRare(op, v128.promote_low(x)));
      if (count > 1) v128.store64_lane(dst, y, 0);
      else v128.store32_lane(dst, y, 0);
    } else {
      const y = applyRare(op, count > 1 ? v128.load(a) : v128.load64_zero(a));
      if (count > 1) v128.store(dst, y);
      else v128.store64_lane(dst, y, 0);
    }
  }
}
