/** Quantiles of the standard normal distribution. */
import { erf, evaluate, input, program, referenceEngine } from "@chaingrad/core";

const NEAR = 1e-15;

/**
 * x with Φ(x) = p, of p in [0.5, 1): by Newton's method on Φ(x) = (1 + erf(x/√2))/2, which is concave there, so that from 0 it comes
 * near from below and never beyond.
 */
export function normalQuantile(p: number): number {
  const point = input("x", [], "f64");
  const ofPoint = program("erf", [point], { below: erf(point) });
  let x = 0;
  for (;;) {
    const { below: inside } = evaluate(referenceEngine, ofPoint, { x: Float64Array.of(x / Math.SQRT2) });
    const below = (1 + inside[0]) / 2;
    const step = (p - below) * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
    if (!(step > NEAR * (1 + x))) return x;
    x += step;
  }
}
