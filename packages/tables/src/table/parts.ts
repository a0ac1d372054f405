/** The parts that the rows of a table are split into. */
export type Part = "train" | "validation" | "test";
/** The parts that a table is split into, in this order. */
export const PARTS: readonly Part[] = ["train", "validation", "test"];
/** Something for each part. */
export type Parts<T> = Readonly<Record<Part, T>>;
export const byPart = <T>(of: (part: Part) => T): Parts<T> => ({
  train: of("train"),
  validation: of("validation"),
  test: of("test"),
});
