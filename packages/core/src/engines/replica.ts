/**
 * Engines that several threads can have, each its own and each of one thread: they give the same bits in all of them. By
 * identity: what wraps an engine may compute otherwise.
 */
import type { Engine, SyncEngine } from "./engine.ts";
import type { GemmLink } from "./wasm/gemm.ts";
import type { KernelLink } from "./wasm/processor.ts";

/** What another thread makes an engine of: plain data, and kernels that are compiled already. It can be sent. */
export type EngineLink =
  | { readonly kind: "reference" }
  | {
      readonly kind: "wasm";
      readonly module: WebAssembly.Module;
      /** Whether the kernels are those for shared memory. */
      readonly shared: boolean;
      readonly gemm?: GemmLink | undefined;
      readonly kernels?: KernelLink | undefined;
    };

/** What an engine is on one thread, whichever that is. */
export interface Replica {
  /** In this thread. */
  readonly engine: SyncEngine;
  /** What another thread makes it of (`openLinked`): it can be sent. */
  readonly link: EngineLink;
  /** How many threads may have one at once, this one included. */
  readonly threads: number;
}

const replicas = new WeakMap<Engine, Replica>();

/** The engine, from now on known as one that other threads can have. */
export function replicated(engine: SyncEngine, replica: Replica): SyncEngine {
  replicas.set(engine, replica);
  return engine;
}

/** Undefined where no other thread can have such an engine. */
export const replicaOf = (engine: Engine): Replica | undefined => replicas.get(engine);
