/** The entry point `@chaingrad/core/explain`: the derivation that ran, as data, text and JSON. A page that only trains does not load it. */
export * from "./explain/derivation.ts";
export * from "./explain/json.ts";
export { legend } from "./explain/legend.ts";
export { printNotation } from "./explain/print-notation.ts";
export { printProgram } from "./explain/program.ts";
export * from "./explain/terminal.ts";
