/** The engine's surroundings in a browser: kernels fetched from beside the script, threads where memory may be shared. */
import type { Host } from "./host.ts";
import { moduleUrl } from "./module-url.ts";
import { refusals } from "./policy.ts";

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** Undefined where there is no such thing as isolation. */
const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };

export const host: Host = {
  threads: crossOriginIsolated ? navigator.hardwareConcurrency : 1,
  cores: globalThis.navigator?.hardwareConcurrency ?? 1,
  ...(crossOriginIsolated === false && {
    alone:
      "this page is not cross-origin isolated, so one thread computes; the headers Cross-Origin-Opener-Policy: same-origin " +
      "and Cross-Origin-Embedder-Policy: require-corp give it more",
  }),
  mayBlock: false,
  load(name) {
    const url = moduleUrl(name);
    const module =
      modules.get(url.href) ??
      fetchModule(url).catch((error) => {
        modules.delete(url.href); // so that the next call tries again
        throw error;
      });
    modules.set(url.href, module);
    return module;
  },
};

async function fetchModule(url: URL): Promise<WebAssembly.Module> {
  const refused = refusals();
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    // Not compileStreaming, which needs the server to say application/wasm: the kernels are small.
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    throw await refused.explain(cause as Error);
  } finally {
    refused.end();
  }
}
