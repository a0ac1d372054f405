import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { conformance } from "./conformance.ts";

conformance("wasm", () => wasmEngine(), { f32: 2e-6, f64: 1e-13 });
