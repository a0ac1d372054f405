/**
 * The parts of the symmetric eigenvalue problem that take O(n³): A to tridiagonal form, the transformation to it, and
 * the rotations that the QL iteration (src/linalg/ql.ts) asks for. Rows are `row` bytes apart: at least n + 1 numbers,
 * and whole strips.
 */

import { reflector } from "./vectors";
import { horizontalSum, madd } from "../vector";

/** Bytes of a row of a strip: eigenvectors are kept as strips of 8 columns, each of them contiguous. */
const STRIP: usize = 64;

/**
 * T's diagonal and what is beside it, τ, each [n]; A, of which the lower triangle is read, gets v of reflection i in
 * the first i places of row i. q and p have room for n + 1 numbers; q is zero.
 *
 * As in src/linalg/tridiagonal.ts, but a reflection's change of A is put off until the next v is known: then one pass
 * over the triangle makes it and multiplies by that v.
 */
export function tridiagonalise(
  n: i32, a: usize, row: usize, diagonal: usize, beside: usize, tau: usize, q: usize, p: usize,
): void {
  // Rows go by pairs, so that 2×2 blocks on the diagonal must be whole.
  for (let j = 1; j < n; j += 2) {
    const x = a + j * row + (<usize>j << 3);
    store<f64>(x - row, load<f64>(x - 8));
  }
  // The first change is none: v and q are zero.
  let v = q;
  for (let i = n - 1; i > 0; i--) {
    const u = a + i * row;
    const end = <usize>i << 3;
    const vi = load<f64>(v + end);
    const qi = load<f64>(q + end);
    for (let x: usize = 0; x <= end; x += 8) {
      store<f64>(u + x, load<f64>(u + x) - vi * load<f64>(q + x) - qi * load<f64>(v + x));
    }
    store<f64>(diagonal + end, load<f64>(u + end));
    const t = reflector(u + end - 8, u, i - 1, 8);
    store<f64>(tau + end, t);
    store<f64>(beside + end - 8, load<f64>(u + end - 8));
    store<f64>(u + end - 8, 1);
    store<f64>(u + end, 0);
    for (let j = 0; j < i; j += 2) passPair(j, j + 1 < i ? row : 0, a + j * row, v, q, u, p);
    let along: f64 = 0;
    for (let x: usize = 0; x < end; x += 8) along += load<f64>(p + x) * load<f64>(u + x);
    along *= 0.5 * t * t;
    for (let x: usize = 0; x < end; x += 8) store<f64>(p + x, t * load<f64>(p + x) - along * load<f64>(u + x));
    const spent = q;
    q = p;
    p = spent;
    v = u;
  }
  store<f64>(diagonal, load<f64>(a));
}

/**
 * Rows j and j + 1 of the lower triangle, or j alone where `row` is 0: A −= v qᵀ + q vᵀ, and what they add to p = A u.
 * u is zero at a row that is missing.
 */
function passPair(j: i32, row: usize, x: usize, v: usize, q: usize, u: usize, p: usize): void {
  const y = x + row;
  const at = <usize>j << 3;
  const minusVx = v128.splat<f64>(-load<f64>(v + at));
  const minusQx = v128.splat<f64>(-load<f64>(q + at));
  const minusVy = v128.splat<f64>(-load<f64>(v + at, 8));
  const minusQy = v128.splat<f64>(-load<f64>(q + at, 8));
  const ux = v128.load_splat<f64>(u + at);
  const uy = v128.load_splat<f64>(u + at, 8);
  let sumX = v128.splat<f64>(0);
  let sumY = sumX;
  for (let c: usize = 0; c <= at; c += 16) {
    const vc = v128.load(v + c);
    const qc = v128.load(q + c);
    const uc = v128.load(u + c);
    const ax = madd<f64>(minusQx, vc, madd<f64>(minusVx, qc, v128.load(x + c)));
    const ay = madd<f64>(minusQy, vc, madd<f64>(minusVy, qc, v128.load(y + c)));
    v128.store(y + c, ay);
    v128.store(x + c, ax);
    sumX = madd<f64>(ax, uc, sumX);
    sumY = madd<f64>(ay, uc, sumY);
    v128.store(p + c, madd<f64>(uy, ay, madd<f64>(ux, ax, v128.load(p + c))));
  }
  // The block on the diagonal was whole, so what it gave in the manner of columns is overwritten.
  store<f64>(p + at, horizontalSum<f64>(sumX));
  store<f64>(p + at, horizontalSum<f64>(sumY), 8);
}

/**
 * Qᵀ = H₁ H₂ … Hₙ₋₁ as strips. Row r is e_r, changed by the reflections after r, whatever the other rows are; so four
 * rows, in `w`, pass by all the v together.
 */
export function accumulate(n: i32, a: usize, row: usize, tau: usize, w: usize, strips: usize): void {
  for (let r = 0; r < n; r += 4) {
    const rows = min(4, n - r);
    memory.fill(w, 0, 4 * row);
    for (let k = 0; k < rows; k++) store<f64>(w + k * row + (<usize>(r + k) << 3), 1);
    for (let i = r + 1; i < n; i++) reflectRows(w, row, a + i * row, <usize>i << 3, -load<f64>(tau + (<usize>i << 3)));
    for (let k = 0; k < rows; k++) {
      let to = strips + (r + k) * STRIP;
      for (let c: usize = 0; c < <usize>n << 3; c += STRIP, to += n * STRIP) memory.copy(to, w + k * row + c, STRIP);
    }
  }
}

/** Four rows w −= τ (w·v) v, of the first `end` bytes; v is zero after them. */
function reflectRows(w: usize, row: usize, v: usize, end: usize, minusTau: f64): void {
  const w1 = w + row;
  const w2 = w1 + row;
  const w3 = w2 + row;
  let s0 = v128.splat<f64>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let c: usize = 0; c < end; c += 16) {
    const vc = v128.load(v + c);
    s0 = madd<f64>(vc, v128.load(w + c), s0);
    s1 = madd<f64>(vc, v128.load(w1 + c), s1);
    s2 = madd<f64>(vc, v128.load(w2 + c), s2);
    s3 = madd<f64>(vc, v128.load(w3 + c), s3);
  }
  s0 = v128.splat<f64>(minusTau * horizontalSum<f64>(s0));
  s1 = v128.splat<f64>(minusTau * horizontalSum<f64>(s1));
  s2 = v128.splat<f64>(minusTau * horizontalSum<f64>(s2));
  s3 = v128.splat<f64>(minusTau * horizontalSum<f64>(s3));
  for (let c: usize = 0; c < end; c += 16) {
    const vc = v128.load(v + c);
    v128.store(w + c, madd<f64>(s0, vc, v128.load(w + c)));
    v128.store(w1 + c, madd<f64>(s1, vc, v128.load(w1 + c)));
    v128.store(w2 + c, madd<f64>(s2, vc, v128.load(w2 + c)));
    v128.store(w3 + c, madd<f64>(s3, vc, v128.load(w3 + c)));
  }
}

/**
 * Rotates rows of the n × n matrix in strips. From `sweeps` to `end` are sweeps, each one as f64: its lowest row, its
 * highest, then for every pair of rows from the highest down c and s:  x ← c x − s y, y ← s x + c y.
 */
export function rotate(n: i32, strips: usize, sweeps: usize, end: usize): void {
  for (let j = 0; j < n; j += 8, strips += n * STRIP) {
    for (let at = sweeps; at < end; ) {
      const low = strips + <usize>load<f64>(at) * STRIP;
      const high = strips + <usize>load<f64>(at, 8) * STRIP;
      at = rotateStrip(low, high, at + 16);
    }
  }
}

/** One sweep in one strip, the row that is in work kept in registers. Returns where its angles end. */
@inline
function rotateStrip(low: usize, high: usize, at: usize): usize {
  let y0 = v128.load(high);
  let y1 = v128.load(high, 16);
  let y2 = v128.load(high, 32);
  let y3 = v128.load(high, 48);
  for (; high > low; high -= STRIP, at += 16) {
    const c = v128.load_splat<f64>(at);
    const s = v128.load_splat<f64>(at, 8);
    const minusS = v128.neg<f64>(s);
    const x0 = v128.load(high - STRIP);
    const x1 = v128.load(high - STRIP, 16);
    const x2 = v128.load(high - STRIP, 32);
    const x3 = v128.load(high - STRIP, 48);
    v128.store(high, madd<f64>(s, x0, v128.mul<f64>(c, y0)));
    v128.store(high, madd<f64>(s, x1, v128.mul<f64>(c, y1)), 16);
    v128.store(high, madd<f64>(s, x2, v128.mul<f64>(c, y2)), 32);
    v128.store(high, madd<f64>(s, x3, v128.mul<f64>(c, y3)), 48);
    y0 = madd<f64>(minusS, y0, v128.mul<f64>(c, x0));
    y1 = madd<f64>(minusS, y1, v128.mul<f64>(c, x1));
    y2 = madd<f64>(minusS, y2, v128.mul<f64>(c, x2));
    y3 = madd<f64>(minusS, y3, v128.mul<f64>(c, x3));
  }
  v128.store(high, y0);
  v128.store(high, y1, 16);
  v128.store(high, y2, 32);
  v128.store(high, y3, 48);
  return at;
}
