/** An engine in another thread than the one that has it: made of what was sent there. */
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import type { SyncEngine } from "./engine.ts";
import { referenceEngine } from "./reference/reference.ts";
import type { EngineLink } from "./replica.ts";
import { engineOf } from "./wasm/executable.ts";
import type { GemmLink, GemmProvider } from "./wasm/gemm.ts";
import { providedKernels } from "./wasm/processor.ts";

/**
 * The engine, on one thread. Rejects where its library is not found any more.
 * @param openAlgebra loads the factorisations of the embedded engine
 */
export async function openLinked(link: EngineLink, openAlgebra: () => Promise<LinearAlgebra>): Promise<SyncEngine> {
  if (link.kind === "reference") return referenceEngine;
  const { module, shared, gemm, kernels } = link;
  return engineOf({
    ...{ module, shared, openAlgebra },
    ...{ gemm: gemm && (await provided(gemm)), kernels: kernels && (await providedKernels(kernels)) },
  });
}

async function provided({ module, data }: GemmLink): Promise<GemmProvider> {
  const { provide } = (await import(module)) as { provide(data: unknown): GemmProvider };
  return provide(data);
}
