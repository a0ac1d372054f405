/** koffi, by `require`: an `import` would first read all its code for the names of its exports. Throws where it has no binary. */
import { createRequire } from "node:module";
import type { default as Koffi } from "koffi";

const koffi: typeof Koffi = createRequire(import.meta.url)("koffi");
export default koffi;
