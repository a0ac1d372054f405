/** Where the features of each encoding stand among all: amounts first, then flags, then the numbers of embeddings' rows. */
import type { Feature, FeatureGroup } from "./encodings/kind.ts";
import { type ColumnEncoding, featuresOf } from "./encodings/kinds.ts";

/** All features, and the places of each encoding's own, in the order in which it writes them. */
export interface Layout {
  readonly features: readonly Feature[];
  /** For each encoding. */
  readonly places: readonly Int32Array[];
}

const GROUPS: readonly FeatureGroup[] = ["number", "flag", "index"];

/** Within a group in the order of the encodings. */
export function layoutOf(columns: readonly ColumnEncoding[]): Layout {
  const own = columns.map(featuresOf);
  const places = own.map(({ length }) => new Int32Array(length));
  const features: Feature[] = [];
  for (const group of GROUPS) {
    for (const [i, of] of own.entries()) {
      for (const [k, feature] of of.entries()) {
        if (feature.group === group) places[i][k] = features.push(feature) - 1;
      }
    }
  }
  return { features, places };
}
