/** Names that people have for the numbers of a network. */

/** What people call a network's numbers. */
export interface GivenNames {
  /** Of each input: the columns of a table, as they are encoded. */
  readonly inputs?: readonly string[];
  /** Of inputs that hold a category, by their place from 0: what each category is called. */
  readonly categories?: Readonly<Record<number, readonly string[]>>;
  /** Of each output: the classes, or the one amount. */
  readonly outputs?: readonly string[];
}

/** What the numbers that a layer gives are called, and those along the first axis of its parameters, by their symbols. */
export interface NamedLayer {
  readonly outputs: readonly string[];
  readonly tensors?: Readonly<Record<string, readonly string[]>>;
}
