/** The engine that the commands train and predict on: this processor's kernels, and the system's BLAS, where there are such. */
import { setFlagsFromString } from "node:v8";
import { type Blas, BlasError, findBlas, installHint } from "@chaingrad/blas";
import { type KernelProvider, type SyncEngine, wasmEngine } from "@chaingrad/core";
import { findKernels } from "@chaingrad/native";
import { UserError } from "@chaingrad/tables";
import { type Command, Option } from "commander";
import { wholeNumber } from "./given/options.ts";
import { type CommonOptions, note } from "./output/conventions.ts";

export interface EngineOptions {
  /** By default as many as promise to be faster. */
  readonly threads?: number;
  /** A library's file, or "none". */
  readonly blas?: string;
  /** By default those of the processor, unless no library is wanted either. */
  readonly kernels?: "native" | "wasm";
}

/** More threads than this never share a network's work. */
const MOST_THREADS = 16;

/** Adds `--threads`, `--blas` and `--kernels`. */
export function withEngine(command: Command): Command {
  return command
    .addOption(
      new Option("--threads <number>", "threads that share the work (default: as many as pay)").argParser(
        wholeNumber(1, MOST_THREADS),
      ),
    )
    .option("--blas <file>", "the library that multiplies large matrices, or none (default: the system's, if any)")
    .addOption(
      new Option(
        "--kernels <which>",
        "native: for this processor; wasm: with the same bits on every machine (default: native, but wasm with --blas none)",
      ).choices(["native", "wasm"]),
    );
}

/** Throws UserError when `--blas` names a library that cannot be used. */
export async function openEngine(engine: EngineOptions, options: CommonOptions): Promise<SyncEngine> {
  const { threads, blas, kernels = blas === "none" ? "wasm" : "native" } = engine;
  // Node 20 has relaxed SIMD behind a flag that may be set until the kernels are compiled; later versions just have it.
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
  const gemm = blas === "none" ? undefined : await openBlas(blas, options);
  const native = kernels === "native" ? await openKernels(engine, options) : undefined;
  return wasmEngine({
    ...{ ...(gemm && { gemm }), ...(native && { kernels: native }) },
    ...(threads !== undefined && { threads }),
  });
}

/** Whoever asks for them by name is told why there are none. */
async function openKernels({ kernels }: EngineOptions, options: CommonOptions): Promise<KernelProvider | undefined> {
  return findKernels({}, (why) => {
    if (kernels === "native") note(`not used: ${why}`, options);
  });
}

/** One thread and no library: alike on every machine with the same instructions. */
export const plainEngine = (options: CommonOptions): Promise<SyncEngine> =>
  openEngine({ threads: 1, blas: "none" }, options);

async function openBlas(path: string | undefined, options: CommonOptions): Promise<Blas | undefined> {
  try {
    const refusals: string[] = [];
    const found = await findBlas(path === undefined ? {} : { path }, (why) => refusals.push(why));
    for (const why of refusals) note(`not used: ${why}`, options);
    if (found === undefined && refusals.length === 0)
      note(`no BLAS found; large networks would be faster with it: ${installHint()}`, options);
    return found;
  } catch (error) {
    if (!(error instanceof BlasError)) throw error;
    throw new UserError(error.message, "Give another file, or --blas none for the embedded kernels.", { cause: error });
  }
}
