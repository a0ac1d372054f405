/** The entry point `@chaingrad/core/check`: gradients against finite differences, for tests and for the curious. */
export * from "./autodiff/check-gradients.ts";
export * from "./autodiff/differences.ts";
