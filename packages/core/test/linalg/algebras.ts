/** Everything that implements the interface, so that each is held to the same tests. */
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { type LinearAlgebra, linearAlgebraOf, plainLinearAlgebra } from "../../src/linalg/linear-algebra.ts";

export const implementations: readonly LinearAlgebra[] = [
  plainLinearAlgebra,
  await linearAlgebraOf(await wasmEngine({ threads: 2 })),
];
