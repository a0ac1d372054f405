/** The entry point `@chaingrad/core/given`: what libraries over core check their callers' values and their files with. */
export { checkKeys, checkName, type Names } from "./given/names.ts";
export { conform } from "./model/form.ts";
export {
  count as countingNumber,
  finite,
  fraction,
  inRange,
  integer,
  nonNegative,
  positive,
  type Range,
  wholeNumber,
} from "./nn/options.ts";
export { threefry, uniformAt } from "./ops/random.ts";
export { allFinite } from "./train/finite.ts";
export { average, checkLength, mostProbable, type Weighed, weigh } from "./train/metrics.ts";
export { type Moments, moments } from "./train/moments.ts";
