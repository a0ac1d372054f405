/** chaingrad's own kernels for the processor at hand, found and made a provider for `wasmEngine`. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { KernelProvider } from "@chaingrad/core";
import type { Provision } from "./native.ts";

/** Which kernels are taken. */
export interface KernelOptions {
  /**
   * For which processors: "AVX-512", "AVX2" and "FMA" (128 bits) on x64, "NEON" on arm64. By default the widest that this machine has; another
   * gives the bits that a machine without those would give.
   */
  readonly processor?: string;
}

/** The compiled kernels of this platform; in the same place as seen from src/ and from dist/. */
const fileHere = (): string =>
  fileURLToPath(new URL(`../dist/${process.platform}-${process.arch}.so`, import.meta.url));

/**
 * The kernels for this processor: give them to `wasmEngine` as `kernels`. Undefined where there are none for this platform, or koffi,
 * which calls them, has no binary for it: the embedded kernels then do the same work.
 * Throws RangeError on a processor that this machine has not.
 * @param onRefusal told why, where there are none
 */
export async function findKernels(
  { processor }: KernelOptions = {},
  onRefusal?: (why: string) => void,
): Promise<KernelProvider | undefined> {
  const file = fileHere();
  if (!existsSync(file)) {
    onRefusal?.(`there are no native kernels for ${process.platform} on ${process.arch}`);
    return undefined;
  }
  try {
    // Only now, so that a program on a machine without koffi's binary runs.
    const { provide } = await import("./native.ts");
    return provide({ file, processor } satisfies Provision);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    onRefusal?.(`the native kernels cannot be loaded: ${(error as Error).message.split("\n")[0]}`);
    return undefined;
  }
}
