/** The compiled kernels, on a memory of the engine's: it does not move, so an address in it is its base plus an offset. */
import { createRequire } from "node:module";
import type { KernelProvider, LibraryCall, ProcessorKernels } from "@chaingrad/core";
import type { default as Koffi } from "koffi";

// By `require`: an `import` would first read all its code for the names of its exports. Throws where it has no binary.
const koffi: typeof Koffi = createRequire(import.meta.url)("koffi");

/** As in kernels/libraries.hpp. */
const [HEALTHY, OUTSIDE] = [1, 3];
/** As in kernels/library.cpp. */
const CONVENTIONS: Record<LibraryCall["convention"], number> = { cblas: 0, cblas64: 1, onednn: 2 };

/** Loaded once for good: plans know its libraries by number. */
const opened = new Map<string, ReturnType<typeof open>>();

function open(file: string) {
  const library = koffi.load(file);
  return {
    processor: library.func("const char *chaingrad_processor(int kind)") as (kind: number) => string | null,
    workspace: library.func("int64_t chaingrad_workspace(int kind, int m, int n, int k, int bytes)"),
    run: library.func("int chaingrad_run(int kind, uintptr_t memory, uint32_t plan, int words, int first, int steps)"),
    changes: library.func("bool chaingrad_await(int kind, uintptr_t memory, uint32_t word, int old)"),
    library: library.func("int chaingrad_library(const char *path, int kind, const char *single, const char *wide)"),
  };
}

/** What another thread needs to have the same kernels. */
export interface Provision {
  readonly file: string;
  /** The vectors of the processor, "AVX2"; undefined for the widest there are. */
  readonly processor?: string | undefined;
}

/** Throws Error where the kernels cannot be loaded (any more), and RangeError on a processor that this one is not. */
export function provide(data: unknown): KernelProvider {
  const { file, processor } = data as Provision;
  const native = opened.get(file) ?? open(file);
  opened.set(file, native);
  const names: string[] = [];
  for (let name = native.processor(0); name !== null; name = native.processor(names.length)) names.push(name);
  if (names.length === 0) throw new Error("this processor has no fused multiply-add");
  const kind = processor === undefined ? names.length - 1 : names.indexOf(processor);
  if (kind < 0)
    throw new RangeError(`processor must be one of ${names.join(", ")} on this machine, got '${processor}'`);
  return {
    name: `native kernels (${names[kind]})`,
    // What another thread loads is the build; the path is the same from src/ and from dist/.
    ...{ module: new URL("../dist/native.js", import.meta.url).href, data },
    workspace: (m, n, k, bytes) => Number(native.workspace(kind, m, n, k, bytes)),
    bind: (memory, libraries) => bind(native, kind, memory, libraries),
  };
}

function bind(
  native: ReturnType<typeof open>,
  kind: number,
  memory: WebAssembly.Memory,
  calls: readonly LibraryCall[],
): ProcessorKernels {
  const base = Number(koffi.address(new Uint8Array(memory.buffer)));
  const libraries = calls.map(({ path, convention, single, double = "" }) => {
    const number: number = native.library(path, CONVENTIONS[convention], single, double);
    if (number < 0) throw new Error(`${path} cannot be loaded`);
    return number;
  });
  return {
    libraries,
    run(plan, words, first, steps) {
      const outcome = native.run(kind, base, plan, words, first, steps);
      if (outcome <= HEALTHY) return outcome;
      const why =
        outcome === OUTSIDE
          ? "an index lies outside of its table"
          : "an instruction is not known, or a library refuses";
      throw new WebAssembly.RuntimeError(why);
    },
    changes: (word, old) => native.changes(kind, base, word, old),
  };
}
