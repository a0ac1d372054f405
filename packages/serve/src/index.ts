/** @chaingrad/serve: models over HTTP. */
export { createServer, type Listening, type ModelServer } from "./model-server.ts";
export { SERVER_DEFAULTS, type ServerOptions } from "./options.ts";
export { type ServeOptions, type Serving, serve } from "./serve.ts";
export type { Reloaded } from "./watched-file.ts";
