/** The entry point `@chaingrad/interchange/training-log`: what a training tells as it goes, in forms that other programs read. */
export { type EventLine, eventLine, type JudgedLine, judgedLine } from "./training-log/json-lines.ts";
export { beginningRecord, runOf, scalarsOf, scalarsRecord } from "./training-log/tensorboard.ts";
