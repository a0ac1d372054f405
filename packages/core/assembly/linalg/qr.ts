/**
 * A P = Q R, Householder with column pivoting. A reflection's change of the open rows is put off until the next one is
 * known: then one pass over them makes the change and gathers the next w = vᵀ A, in the place of two passes. Until then
 * an element stands for itself minus τ v[i] w[j].
 */

import { norm, reflector } from "./vectors";
import { madd, splat } from "../vector";

/** √ε: where less than this is left of a length's square, it is computed anew. */
const SAFE: f64 = 1.4901161193847656e-8;

@inline
function swap<T>(x: usize, y: usize): void {
  const value = load<T>(x);
  store<T>(x, load<T>(y));
  store<T>(y, value);
}

/**
 * A [m, n] in rows of `row` bytes, with at least one zero at the end of each. `lengths` has room for two numbers for
 * each column: now, and when computed; `w` and `next` are n + 1 zeros; `permutation` is 0 … n − 1.
 */
export function qr(
  m: i32, n: i32, a: usize, row: usize, tau: usize, permutation: usize, lengths: usize, w: usize, next: usize,
): void {
  for (let j: usize = 0; j < <usize>n; j++) {
    const length = norm(a + (j << 3), a, 0, m, row);
    store<f64>(lengths + (j << 4), length);
    store<f64>(lengths + (j << 4), length, 8);
  }
  const steps = min(m, n);
  // Of the reflection whose change is still to be made.
  let t: f64 = 0;
  for (let k = 0; k < steps; k++) {
    const at = <usize>k << 3;
    bringForward(k, longest(lengths, k, n), m, a, row, permutation, lengths, w);
    const corner = a + k * row + at;
    // The change put off: in column k and row k now, elsewhere in the pass.
    const ownChange = k > 0 ? t * load<f64>(corner - 8) : 0;
    if (k > 0) {
      const change = t * load<f64>(w + at);
      for (let i = k, x = corner; i < m; i++, x += row) store<f64>(x, load<f64>(x) - change * load<f64>(x - 8));
    }
    const tk = reflector(corner, corner + row, m - k - 1, row);
    store<f64>(tau + at, tk);
    const count = n - k - 1;
    for (let p: usize = 8; p <= <usize>count << 3; p += 8) {
      const value = load<f64>(corner + p) - ownChange * load<f64>(w + at + p);
      store<f64>(corner + p, value);
      store<f64>(next + at + p, value);
    }
    for (let i = k + 1; i < m; i += 4) {
      passRows(min(4, m - i), count, corner + (i - k) * row + 8, row, t, w + at + 8, next + at + 8);
    }
    shorten(m - k - 1, count, corner + 8, row, tk, next + at + 8, lengths + (at << 1) + 16);
    t = tk;
    const spent = w;
    w = next;
    next = spent;
  }
}

/** Swaps column k with the one that comes next, and all that belongs to it. */
function bringForward(
  k: usize, chosen: usize, m: i32, a: usize, row: usize, permutation: usize, lengths: usize, w: usize,
): void {
  for (; m > 0; m--, a += row) swap<f64>(a + (k << 3), a + (chosen << 3));
  swap<f64>(w + (k << 3), w + (chosen << 3));
  swap<i32>(permutation + (k << 2), permutation + (chosen << 2));
  v128.store(lengths + (chosen << 4), v128.load(lengths + (k << 4)));
}

function longest(lengths: usize, from: i32, n: i32): usize {
  let best = from;
  for (let j = from + 1; j < n; j++) {
    if (load<f64>(lengths + (<usize>j << 4)) > load<f64>(lengths + (<usize>best << 4))) best = j;
  }
  return best;
}

/**
 * Up to four rows of `count` elements, with the old and the new v[i] before them: A[i, :] −= τ v[i] w, then
 * next += v′[i] A[i, :]. A missing row repeats the first, and counts for nothing.
 */
function passRows(rows: i32, count: i32, x0: usize, row: usize, t: f64, w: usize, next: usize): void {
  const x1 = rows > 1 ? x0 + row : x0;
  const x2 = rows > 2 ? x1 + row : x0;
  const x3 = rows > 3 ? x2 + row : x0;
  const change0 = v128.splat<f64>(-t * load<f64>(x0 - 16));
  const change1 = v128.splat<f64>(-t * load<f64>(x1 - 16));
  const change2 = v128.splat<f64>(-t * load<f64>(x2 - 16));
  const change3 = v128.splat<f64>(-t * load<f64>(x3 - 16));
  const v0 = v128.load_splat<f64>(x0 - 8);
  const v1 = v128.splat<f64>(rows > 1 ? load<f64>(x1 - 8) : 0);
  const v2 = v128.splat<f64>(rows > 2 ? load<f64>(x2 - 8) : 0);
  const v3 = v128.splat<f64>(rows > 3 ? load<f64>(x3 - 8) : 0);
  const end = <usize>count << 3;
  for (let p: usize = 0; p < end; p += 16) {
    const wp = v128.load(w + p);
    const a0 = madd<f64>(change0, wp, v128.load(x0 + p));
    const a1 = madd<f64>(change1, wp, v128.load(x1 + p));
    const a2 = madd<f64>(change2, wp, v128.load(x2 + p));
    const a3 = madd<f64>(change3, wp, v128.load(x3 + p));
    v128.store(x0 + p, a0);
    v128.store(x1 + p, a1);
    v128.store(x2 + p, a2);
    v128.store(x3 + p, a3);
    let sum = madd<f64>(v0, a0, v128.load(next + p));
    sum = madd<f64>(v1, a1, sum);
    sum = madd<f64>(v2, a2, sum);
    v128.store(next + p, madd<f64>(v3, a3, sum));
  }
}

/** Makes the new reflection's change in its own row x, which is then R's, and takes that row out of the lengths. */
function shorten(height: i32, count: i32, x: usize, row: usize, t: f64, w: usize, lengths: usize): void {
  // The new v begins below the element before x.
  let v = x + row - 8;
  for (; count > 0; count--, x += 8, w += 8, lengths += 16) {
    const r = load<f64>(x) - t * load<f64>(w);
    store<f64>(x, r);
    const now = load<f64>(lengths);
    if (now == 0) continue;
    const left = max<f64>(0, 1 - (r / now) * (r / now));
    const share = now / load<f64>(lengths, 8);
    if (left * share * share > SAFE) {
      store<f64>(lengths, now * sqrt(left));
    } else {
      const length = norm(x + row, v, t * load<f64>(w), height, row);
      store<f64>(lengths, length);
      store<f64>(lengths, length, 8);
    }
  }
}
