/** The nets that are measured, and how much arithmetic a training step of each is. */
export const NETS = [
  { sizes: [4, 16, 3], batch: 32 },
  { sizes: [64, 128, 64, 10], batch: 64 },
  { sizes: [784, 128, 10], batch: 64 },
  { sizes: [784, 512, 512, 10], batch: 128 },
  { sizes: [784, 2048, 2048, 10], batch: 256 },
];

export const netName = ({ sizes }) => sizes.join("-");

/** Multiply-adds count two. Two products for the first layer, whose ∂L/∂X nobody needs; three for every other. */
export function flopsPerStep({ sizes, batch }) {
  return sizes.slice(1).reduce((sum, out, i) => sum + 2 * batch * sizes[i] * out * (i === 0 ? 2 : 3), 0);
}

/** What Adam's pass moves for a parameter: it reads w, g, m and v and writes w, m and v, in f32. */
export const ADAM_BYTES = 28;

export const parameterCount = ({ sizes }) => sizes.slice(1).reduce((sum, out, i) => sum + (sizes[i] + 1) * out, 0);
