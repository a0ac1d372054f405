/**
 * A digest of numbers: whether rows or a file are the same as before. Two lanes of 32 bits, mixed as in MurmurHash3 (Appleby, 2011,
 * public domain): against accidents, not against people.
 */

const [C1, C2] = [0xcc9e2d51, 0x1b873593];

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

function finished(lane: number): number {
  let x = lane;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Of all that it is given, in this order. */
export class Digest {
  #lanes: [number, number] = [0x9747b28c, 0x5bd1e995];

  words(words: Int32Array): this {
    let [a, b] = this.#lanes;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      a = (Math.imul(rotated(a ^ Math.imul(rotated(Math.imul(word, C1), 15), C2), 13), 5) + 0xe6546b64) | 0;
      b = (Math.imul(rotated(b ^ Math.imul(rotated(Math.imul(word, C2), 17), C1), 19), 5) + a) | 0;
    }
    this.#lanes = [(a ^ words.length) | 0, b];
    return this;
  }

  /** Numbers as float64, bit by bit. */
  numbers(values: ArrayLike<number>): this {
    const own = values instanceof Float64Array ? values : Float64Array.from(values);
    return this.words(new Int32Array(own.buffer, own.byteOffset, own.byteLength / 4));
  }

  bytes(bytes: Uint8Array): this {
    const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    whole.set(bytes);
    return this.words(new Int32Array(whole.buffer)).words(Int32Array.of(bytes.length));
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    return this.#lanes.map((lane) => finished(lane).toString(16).padStart(8, "0")).join("");
  }
}
