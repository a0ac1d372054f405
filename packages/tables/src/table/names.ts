/** What a network's numbers are called by who reads of them. */
import type { Encoder } from "./encoder.ts";
import { formulasOf, isNumeric, textKind } from "./encodings/kinds.ts";
import { layoutOf } from "./layout.ts";
import { kindOf } from "./targets/kind-of.ts";
import type { Target } from "./targets/target.ts";

/** What a network's inputs and outputs are called in the table. */
export interface NetworkNames {
  /** Of each feature, in order: "weight", "weight (missing)", "origin = USA", "origin (other)". */
  readonly inputs: readonly string[];
  /** Of inputs that are looked up, by their place from 0: what each number stands for, "city = Paris", "city (other)". */
  readonly categories?: Readonly<Record<number, readonly string[]>>;
  /** Of each output, in order: the classes, or the column that is predicted. */
  readonly outputs: readonly string[];
}

/**
 * What each feature is made of, in the order of the features, as "f((\"weight\" - 2978) / 849)"; `FEATURE_NOTATION` says what f is.
 * @param quoted how the names and values of the table are written
 */
export function featureFormulas({ columns }: Encoder, quoted: (text: string) => string): string[] {
  const { features, places } = layoutOf(columns);
  const formulas = features.map(({ name }) => name);
  for (const [i, encoding] of columns.entries())
    for (const [k, formula] of formulasOf(encoding, quoted).entries()) formulas[places[i][k]] = formula;
  return formulas;
}

/** Any text may be in them that is in a table: who prints them makes them harmless. */
export function namesOf({ encoder, target }: { readonly encoder: Encoder; readonly target: Target }): NetworkNames {
  const { features, places } = layoutOf(encoder.columns);
  const inputs = features.map(({ name, title }) => title ?? name);
  const categories = encoder.columns.flatMap((encoding, i): [number, readonly string[]][] => {
    const values = isNumeric(encoding) ? undefined : textKind(encoding).values?.(encoding);
    return values === undefined ? [] : [[places[i][0], values]];
  });
  const outputs = kindOf(target).outputNames(target);
  return { inputs, ...(categories.length > 0 && { categories: Object.fromEntries(categories) }), outputs };
}
