/** The entry point `@chaingrad/core/explain`: the derivation that ran, as data, text and JSON. A page that only trains does not load it. */
export { catalogue, type Language, type Words } from "./explain/catalogue.ts";
export * from "./explain/derivation.ts";
export type * from "./explain/document.ts";
export { type Evaluate, type Explained, explained, type Numbers } from "./explain/explained.ts";
export * from "./explain/json.ts";
export { kernelsOf } from "./explain/kernels.ts";
export { printNotation } from "./explain/print-notation.ts";
export { printProgram } from "./explain/program.ts";
export { parseTarget, type Target } from "./explain/target.ts";
export { type TerminalOptions, terminalLines } from "./explain/terminal.ts";
export { contractedView } from "./explain/views/contracted.ts";
export { forwardView, givenView, symbolsView } from "./explain/views/forward.ts";
export { fusionView } from "./explain/views/fusion.ts";
export { type SearchStart, type SearchStep, searchView, type UpdateRule, updateView } from "./explain/views/update.ts";
export { overview, type ViewName, views } from "./explain/views/views.ts";
