/**
 * Counter-based random numbers: element i is a function of (key, stream, i), so any part of a sequence can be drawn
 * anywhere, on any number of threads, with the same bits. The function is Threefry-2x32 with 20 rounds (Salmon, Moraes,
 * Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), four counters at a time.
 */

import { log } from "./elementwise/math";
import { COS, trigonometric } from "./elementwise/rare";
import { lanes, splat, storePart } from "./vector";

/** The second half of a round: x1 rotated, then mixed with x0. */
@inline
function turn(x1: v128, x0: v128, rotation: i32): v128 {
  return v128.xor(x0, v128.or(v128.shl<i32>(x1, rotation), v128.shr<u32>(x1, 32 - rotation)));
}

/** Writes at most four numbers, given as f32, which holds 24 random bits exactly. */
@inline
function emitUniform<T>(dst: usize, value: v128, count: i32): void {
  if (sizeof<T>() == 4) {
    emit<T>(dst, value, count);
  } else {
    emit<T>(dst, v128.promote_low(value), count);
    emit<T>(dst + 16, v128.promote_low(v128.shuffle<i64>(value, value, 1, 0)), count - 2);
  }
}

function emit<T>(dst: usize, value: v128, count: i32): void {
  if (count >= lanes<T>()) v128.store(dst, value);
  else if (count > 0) storePart<T>(dst, value, count);
}

/** A word's upper 24 bits, plus `offset`, as f64. */
@inline
function upperBits(words: v128, offset: f64): v128 {
  return v128.add<f64>(v128.convert_low<u32>(v128.shr<u32>(words, 8)), splat<f64>(offset));
}

/** Box and Muller 1958: √(−2 log u0) cos(2π u1), with u0 in (0, 1] and u1 in [0, 1), for two pairs of words. */
function boxMuller(u0: v128, u1: v128): v128 {
  const logarithm = log<f64>(v128.mul<f64>(upperBits(u0, 1), splat<f64>(5.9604644775390625e-8)));
  const radius = v128.sqrt<f64>(v128.mul<f64>(logarithm, splat<f64>(-2)));
  const angle = v128.mul<f64>(upperBits(u1, 0), splat<f64>(6.283185307179586 * 5.9604644775390625e-8));
  return v128.mul<f64>(radius, trigonometric(angle, COS));
}

/** Uniform: a counter's two words are two elements. Normal: they are the two arguments of one. */
export function random<T>(normal: bool, dst: usize, count: i32, key: usize, stream: i32, counter: i32): void {
  const key0 = load<i32>(key);
  const key1 = load<i32>(key, 4);
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  const perBlock = normal ? 4 : 8;
  for (; count > 0; counter += 4, count -= perBlock) {
    let a = key0;
    let b = key1;
    let c = key2;
    let x0 = i32x4.splat(stream + a);
    let x1 = v128.add<i32>(i32x4.splat(counter + b), i32x4(0, 1, 2, 3));
    for (let group = 1; ; group++) {
      if (group & 1) {
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 13);
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 15);
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 26);
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 6);
      } else {
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 17);
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 29);
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 16);
        x0 = v128.add<i32>(x0, x1); x1 = turn(x1, x0, 24);
      }
      x0 = v128.add<i32>(x0, i32x4.splat(b));
      x1 = v128.add<i32>(x1, i32x4.splat(c + group));
      if (group == 5) break;
      const first = a;
      a = b;
      b = c;
      c = first;
    }
    if (normal) {
      const low = boxMuller(x0, x1);
      const high = boxMuller(v128.shuffle<i64>(x0, x0, 1, 0), v128.shuffle<i64>(x1, x1, 1, 0));
      if (sizeof<T>() == 4) {
        emit<T>(dst, v128.shuffle<i64>(v128.demote_zero(low), v128.demote_zero(high), 0, 2), count);
      } else {
        emit<T>(dst, low, count);
        emit<T>(dst + 16, high, count - 2);
      }
      dst += 4 * sizeof<T>();
    } else {
      const scale = splat<f32>(5.9604644775390625e-8);
      x0 = v128.mul<f32>(v128.convert<u32>(v128.shr<u32>(x0, 8)), scale);
      x1 = v128.mul<f32>(v128.convert<u32>(v128.shr<u32>(x1, 8)), scale);
      emitUniform<T>(dst, v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), count);
      emitUniform<T>(dst + 4 * sizeof<T>(), v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), count - 4);
      dst += 8 * sizeof<T>();
    }
  }
}
