/** bf16, f32 without its last 16 bits: 8 bits of mantissa, and all of f32's exponents. */
import type { Values } from "../../graph/op.ts";

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** Each number rounded to the nearest of bf16, of two as near to the even one. */
export function roundedToBf16(values: Values): Values {
  return Float64Array.from(values, (value) => {
    number[0] = value;
    if (Number.isNaN(value)) return value;
    bits[0] += 0x7fff + ((bits[0] >>> 16) & 1);
    bits[0] &= 0xffff0000;
    return number[0];
  });
}
