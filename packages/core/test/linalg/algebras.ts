/** Everything that implements the interface, so that each is held to the same tests. */
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { type LinearAlgebra, plainLinearAlgebra } from "../../src/linalg/linear-algebra.ts";

const engines = await Promise.all([wasmEngine({ threads: 1 }), wasmEngine({ threads: 2 })]);
const [wasm, shared] = engines.map((engine) => engine.linearAlgebra as LinearAlgebra);

export const implementations: readonly LinearAlgebra[] = [
  plainLinearAlgebra,
  wasm,
  {
    name: "wasm on shared memory",
    cholesky: shared.cholesky.bind(shared),
    qr: shared.qr.bind(shared),
    eigen: shared.eigen.bind(shared),
  },
];
