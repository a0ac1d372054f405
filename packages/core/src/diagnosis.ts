/** The entry point `@chaingrad/core/diagnosis`: what to do about a fault that `fit` reports. A page that only trains does not load it. */
export {
  type Changed,
  findRemedy,
  type Remedy,
  type RemedyKind,
  type RemedyOptions,
  type Trial,
} from "./diagnosis/remedy.ts";
