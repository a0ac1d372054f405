/** The entry point `@chaingrad/interchange/net-document`: NET.json and BATCH.json, checked before anything runs. */
export { parseBatch } from "./net-document/batch-document.ts";
export { BATCH_FORM, NET_FORM } from "./net-document/form.ts";
export { parseJson } from "./net-document/json.ts";
export { NET_ACTIVATIONS, NET_LOSSES, type NetDocument, parseNet } from "./net-document/net-document.ts";
export { weightedNet } from "./net-document/weighted.ts";
