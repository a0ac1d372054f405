/** The entry point `@chaingrad/view/number`: numbers and shapes as all pages show them. */
export { count, formatNumber, formatPlace, formatShape } from "@chaingrad/core/format";
