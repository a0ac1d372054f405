/** @chaingrad/tables/leaks: what lets a model look better than it will be. */
export { leakNotes } from "./leaks/leak-notes.ts";
