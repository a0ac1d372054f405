/** Loops inside loops while they are written. */
import type { Index } from "./places.ts";
import type { Text } from "./text.ts";
import type { Size, Value } from "./value.ts";

/** The inside of one loop; the outermost has no variable. */
export interface Block {
  readonly outer?: Block;
  readonly variable?: string;
  readonly size?: Size;
  readonly lines: string[];
  /** Locals that hold an element already, by value and index. */
  readonly known: Map<Value, Map<string, Text>>;
}

export const newBlock = (more: Pick<Block, "outer" | "variable" | "size"> = {}): Block => ({
  ...more,
  lines: [],
  known: new Map(),
});

/** The outermost loop in which everything that the index names is known. */
export function homeOf(block: Block, index: Index): Block {
  let home = block;
  while (home.outer !== undefined && !index.some((place) => new RegExp(`\\b${home.variable}\\b`).test(place)))
    home = home.outer;
  return home;
}

/** The variable of a new loop inside `block`. */
export function freeVariable(block: Block): string {
  const taken = new Set<string>();
  for (let own: Block | undefined = block; own?.variable !== undefined; own = own.outer) taken.add(own.variable);
  return VARIABLES.find((name) => !taken.has(name)) ?? `${VARIABLES[0]}${taken.size}`;
}

const VARIABLES = ["i", "j", "k", "l", "m", "n"];
