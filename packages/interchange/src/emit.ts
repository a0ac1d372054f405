/** The entry point `@chaingrad/interchange/emit`: a network as source of its own. */
export type { Emittable } from "./emit/describe.ts";
export { emit, LANGUAGES } from "./emit/emit.ts";
export type { Language as ProgramLanguage } from "./emit/names.ts";
export { LEVELS, type Level } from "./emit/parts.ts";
