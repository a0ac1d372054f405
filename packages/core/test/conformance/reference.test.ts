import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { promisingEngine } from "../support/promising-engine.ts";
import { roundingEngine } from "../support/rounding-engine.ts";
import { conformance } from "./conformance.ts";

// The reference in float64 is what it is compared with; what remains is to be rounded to f32, half a unit.
conformance("reference", async () => referenceEngine, { f32: 2 ** -24, f64: 0 });

// Every op correctly rounded: the tolerances for f32 leave room for kernels, and do not ask for what f32 cannot give.
conformance("reference, rounding", async () => roundingEngine, { f32: 2e-6, f64: 0 });

// Whatever takes its time must give the same.
conformance("reference, in promises", async () => promisingEngine(1), { f32: 2 ** -24, f64: 0 });
