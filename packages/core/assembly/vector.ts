/**
 * The words every kernel is written in: 128-bit vectors of T, where T is f32 (4 lanes) or f64 (2 lanes). Everything
 * here is generic, so one loop serves both precisions, and inlined, so it costs nothing.
 */

/** Lanes of T in a vector. */
@inline
export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** A vector of the constant x. */
@inline
export function splat<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/** a·b + c: rounded once where relaxed SIMD gives a fused multiply-add, twice elsewhere. */
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<T>(a, b, c) : v128.add<T>(v128.mul<T>(a, b), c);
}

/** The magnitude of a with the sign of b. */
@inline
export function copySign<T>(a: v128, b: v128): v128 {
  return v128.bitselect(b, a, splat<T>(-0.0));
}

/** The first `count` lanes (1 ≤ count < lanes) from memory, the others from `fill`: nothing beyond them is read. */
export function loadPart<T>(ptr: usize, count: i32, fill: v128): v128 {
  if (sizeof<T>() == 8) return v128.load64_lane(ptr, fill, 0);
  if (count == 1) return v128.load32_lane(ptr, fill, 0);
  fill = v128.load64_lane(ptr, fill, 0);
  return count == 2 ? fill : v128.load32_lane(ptr, fill, 2, 8);
}

/** Writes the first `count` lanes (1 ≤ count < lanes), and nothing beyond them. */
export function storePart<T>(ptr: usize, value: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(ptr, value, 0);
  } else if (count == 1) {
    v128.store32_lane(ptr, value, 0);
  } else {
    v128.store64_lane(ptr, value, 0);
    if (count == 3) v128.store32_lane(ptr, value, 2, 8);
  }
}

/** The sum of all lanes. */
@inline
export function horizontalSum<T>(v: v128): T {
  if (sizeof<T>() == 8) return <T>(v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1));
  v = v128.add<T>(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
  return <T>(v128.extract_lane<T>(v, 0) + v128.extract_lane<T>(v, 1));
}

/** The largest lane, NaN if any lane is NaN. */
@inline
export function horizontalMax<T>(v: v128): T {
  v = v128.max<T>(v, v128.shuffle<i64>(v, v, 1, 0));
  if (sizeof<T>() == 4) v = v128.max<T>(v, v128.shuffle<i32>(v, v, 1, 0, 3, 2));
  return v128.extract_lane<T>(v, 0);
}
