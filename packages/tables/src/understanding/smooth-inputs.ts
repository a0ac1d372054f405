/**
 * Where a path can go: features, and in place of the number of an embedded category what was learnt of it. The network behind its
 * embedding takes these; between two rows each of them may have any value.
 */
import {
  buffersOf,
  categoriesOf,
  type Model,
  type NetworkSpec,
  Predictor,
  parametersOf,
  type SyncEngine,
} from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { readsOf } from "../table/encodings/kinds.ts";
import { layoutOf } from "../table/layout.ts";

/** What a contribution belongs to: a column, or the time between two columns of dates. */
interface Source {
  readonly name: string;
  /** The columns that it is read from. */
  readonly reads: readonly string[];
}

export interface SmoothInputs {
  /** What takes them, with its tensors. */
  readonly network: NetworkSpec;
  readonly tensors: Model["tensors"];
  /** By place among `sources`, for each input. */
  readonly sourceOf: readonly number[];
  readonly sources: readonly Source[];
  /** Where a prediction has a kink as one input moves, for each input. */
  readonly kinks: readonly (readonly number[])[];
  /** Encoded rows [rows, features] as such inputs, row-major. */
  of(x: Float64Array): Float64Array;
}

export function smoothInputs(model: TableModelData, engine: SyncEngine): SmoothInputs {
  const { network, tensors, encoder } = model;
  const sources = encoder.columns.map((encoding): Source => ({ name: encoding.name, reads: readsOf(encoding) }));
  const sourceOf = new Array<number>(network.inputs).fill(0);
  for (const [source, places] of layoutOf(encoder.columns).places.entries())
    for (const place of places) sourceOf[place] = source;
  if (categoriesOf(network).size === 0)
    return { network, tensors, sources, sourceOf, kinks: kinksOf(network), of: (x) => x };
  const [embedding, ...layers] = network.layers;
  const { features = [], units } = embedding;
  const behind: NetworkSpec = { inputs: units, layers };
  const dimension = (units - (network.inputs - features.length)) / features.length;
  const others = sourceOf.filter((_, place) => !features.includes(place));
  const looked = features.flatMap((place) => new Array<number>(dimension).fill(sourceOf[place]));
  const front = new Predictor(engine, { inputs: network.inputs, layers: [embedding] }, "mean-squared-error", 2, "f64");
  front.load(named({ inputs: network.inputs, layers: [embedding] }, network, tensors, 0));
  return {
    ...{ network: behind, tensors: named(behind, network, tensors, 1), sources },
    ...{ sourceOf: [...others, ...looked], kinks: kinksOf(behind) },
    of: (x) => front.predict(x).outputs,
  };
}

/** The tensors of a part of a network, whose names go by the numbers of its layers, from those of the whole. */
function named(
  part: NetworkSpec,
  whole: NetworkSpec,
  tensors: Model["tensors"],
  first: number,
): Record<string, Float64Array> {
  const front = { inputs: whole.inputs, layers: whole.layers.slice(0, first) };
  return Object.fromEntries(
    [parametersOf, buffersOf].flatMap((tensorsOf) => {
      const before = first === 0 ? 0 : tensorsOf(front).length;
      return tensorsOf(part).map(({ name }, i) => [name, tensors[tensorsOf(whole)[before + i].name]]);
    }),
  );
}

/** The edges of the bins that a first layer sorts its inputs into. */
function kinksOf({ inputs, layers }: NetworkSpec): readonly (readonly number[])[] {
  const { features = [], edges = [] } = layers[0];
  return Array.from({ length: inputs }, (_, input) => edges[features.indexOf(input)] ?? []);
}
