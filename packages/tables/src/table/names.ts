/** What a network's numbers are called by who reads of them. */
import { type Encoder, featuresOf } from "./encoder.ts";
import { kindOf } from "./targets/kind-of.ts";
import type { Target } from "./targets/target.ts";

/** What a network's inputs and outputs are called in the table. */
export interface NetworkNames {
  /** Of each feature, in order: "weight", "weight (missing)", "origin = USA", "origin (other)". */
  readonly inputs: readonly string[];
  /** Of each output, in order: the classes, or the column that is predicted. */
  readonly outputs: readonly string[];
}

/** Any text may be in them that is in a table: who prints them makes them harmless. */
export function namesOf({ encoder, target }: { readonly encoder: Encoder; readonly target: Target }): NetworkNames {
  const inputs = encoder.columns.flatMap((encoding) => {
    const categories = encoding.kind === "category" ? encoding.categories : [];
    return featuresOf(encoding).map((feature, i) =>
      i < categories.length ? `${encoding.name} = ${categories[i]}` : feature,
    );
  });
  return { inputs, outputs: kindOf(target).outputNames(target) };
}
