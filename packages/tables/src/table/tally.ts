/** How often each number of a column occurs: counted by its bits, without a text for any. */

/** Numbers that differ, in the order in which they come, and how many times each was there. */
export interface Tally {
  readonly different: Float64Array;
  readonly counts: Int32Array;
  /** How many were NaN. */
  readonly missing: number;
}

/** Counts `values[rows[i]]`; 0 and −0 are one number. */
export function tally(values: ArrayLike<number>, rows: ArrayLike<number>): Tally {
  const different = new Float64Array(rows.length);
  const counts = new Int32Array(rows.length);
  // A hash table with open addressing, at most half full: the place of a number, counted from 1, or 0.
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * rows.length + 2)));
  const last = slots.length - 1;
  const number = new Float64Array(1);
  const bits = new Int32Array(number.buffer);
  let [length, missing] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]] + 0; // −0 + 0 is 0
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    number[0] = value;
    let slot = scatter(bits[0], bits[1]) & last;
    while (slots[slot] !== 0 && different[slots[slot] - 1] !== value) slot = (slot + 1) & last;
    if (slots[slot] === 0) {
      different[length++] = value;
      slots[slot] = length;
    }
    counts[slots[slot] - 1]++;
  }
  return { different: different.subarray(0, length), counts: counts.subarray(0, length), missing };
}

/** Both halves of a number mixed into every bit (the finaliser of MurmurHash3, Appleby 2011): whole numbers differ in few. */
function scatter(low: number, high: number): number {
  let mixed = low ^ Math.imul(high, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
