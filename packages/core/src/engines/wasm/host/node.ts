/** The engine's surroundings in Node: kernels from the files beside the build. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Host } from "./host.ts";
import { moduleUrl } from "./module-url.ts";

const modules = new Map<string, Promise<WebAssembly.Module>>();

export const host: Host = {
  threads: availableParallelism(),
  cores: availableParallelism(),
  mayBlock: true,
  load(name) {
    const url = moduleUrl(name);
    const module = modules.get(url.href) ?? readFile(url).then((bytes) => WebAssembly.compile(bytes));
    modules.set(url.href, module);
    module.catch(() => modules.delete(url.href)); // so that the next call tries again
    return module;
  },
};
