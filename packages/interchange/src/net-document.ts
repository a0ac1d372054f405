/** The entry point `@chaingrad/interchange/net-document`: NET.json and BATCH.json, checked before anything runs. */
export { parseBatch } from "./net-document/batch-document.ts";
export { parseJson } from "./net-document/json.ts";
export { ACTIVATIONS, LOSSES, type NetDocument, parseNet } from "./net-document/net-document.ts";
