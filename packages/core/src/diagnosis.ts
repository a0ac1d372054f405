/** The entry point `@chaingrad/core/diagnosis`: what to do about a fault that `fit` reports. A page that only trains does not load it. */
export * from "./diagnosis/remedy.ts";
