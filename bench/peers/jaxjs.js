/** jax-js as an entry, on its WebAssembly device (the only one that Node has). */
import { readFileSync } from "node:fs";
import { defaultDevice, init } from "@jax-js/jax";
import { readProblem } from "../lib/data.js";
import { serve, timed } from "../lib/serve.js";
import { load, run } from "./jaxjs-training.js";

const { version } = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));
let net;

await serve({
  prepare: async (request) => {
    await init("wasm");
    defaultDevice("wasm");
    net = load({ ...request, ...readProblem(request.dir, request.sizes) });
    return { ready: true, version };
  },
  check: async ({ steps }) => ({ loss: await run(net, steps) }),
  run: ({ steps }) => timed(steps, () => run(net, steps)),
});
