/**
 * The network of a model for the inputs of another encoder. What its layers know goes by the names of their inputs, up to the first that
 * mixes them: weights of inputs that stay are taken over, those of inputs that are new start as the layer's initialiser says.
 */
import {
  initialBuffers,
  initialParameters,
  type LayerSpec,
  layersOf,
  type Model,
  type NetworkSpec,
} from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import type { Encoder } from "../table/encoder.ts";
import type { IndexEncoding } from "../table/encodings/index-encoding.ts";

/** A network, and the tensors that its training starts from. */
export type Start = Pick<Model, "network" | "tensors">;

type Named = Pick<Encoder, "features" | "embedded" | "columns">;

/** Throws UserError where the network begins with a layer that cannot be told for other inputs. */
export function networkFor({ network, tensors }: Start, from: Named, to: Named, seed: number): Start {
  if (JSON.stringify(from.features) === JSON.stringify(to.features) && sameSizes(from, to)) return { network, tensors };
  const { layers, mixing } = frontFor(network, from, to);
  const own: NetworkSpec = { inputs: to.features.length, layers: [...layers, ...network.layers.slice(layers.length)] };
  const fresh = { ...initialParameters(own, seed), ...initialBuffers(own) };
  const rows = { from: rowsNamed(from), to: rowsNamed(to) };
  const taken = Object.fromEntries(
    Object.entries(fresh).map(([name, start]) => {
      const known = tensors[name];
      if (name === `W${mixing.number}`) return [name, columnsOver(start, known, mixing.to, mixing.from)];
      // A category that is new is at first what all others are to the model.
      const isKnown = new Set(rows.from);
      if (name === "E1")
        return [
          name,
          rowsOver(
            start,
            known,
            rows.to.map((row) => (isKnown.has(row) ? row : othersOf(row))),
            rows.from,
          ),
        ];
      const scale = mixing.scales.get(name);
      return [name, scale === undefined ? known : rowsOver(start, known, scale.to, scale.from)];
    }),
  );
  return { network: own, tensors: taken };
}

const sameSizes = (from: Named, to: Named): boolean => JSON.stringify(from.embedded) === JSON.stringify(to.embedded);

interface Names {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Layers that do something to each input by itself, for the new inputs; and the first that mixes them, with its inputs' names. */
function frontFor(network: NetworkSpec, from: Named, to: Named) {
  const scales = new Map<string, Names>();
  const layers: LayerSpec[] = [];
  let names: Names = { from: from.features, to: to.features };
  for (const { kind, spec, number } of layersOf(network)) {
    if (kind.name === "dense") return { layers, mixing: { number, scales, ...names } };
    const own = specFor(kind.name, spec, names, to);
    if (kind.name === "scale") scales.set(`s${number}`, names);
    const told = (of: LayerSpec, inputs: readonly string[]): readonly string[] =>
      kind.names?.(of, { inputs } as never).outputs ?? [];
    names = { from: told(spec, names.from), to: told(own, names.to) };
    layers.push(own);
  }
  throw unsuited("it has no dense layer");
}

const unsuited = (why: string): UserError =>
  new UserError(
    `warmStart: the model's network cannot take other columns: ${why}`,
    "Give it the columns that it was trained with.",
    {
      option: "warmStart",
    },
  );

function specFor(kind: string, spec: LayerSpec, { from, to }: Names, encoder: Named): LayerSpec {
  if (kind === "scale") return { ...spec, units: to.length };
  if (kind === "embedding") {
    const { embedded, features } = encoder;
    if (embedded.length === 0) throw unsuited("all columns that it looks up are gone");
    const { dimension = 1 } = spec;
    const [places, categories] = [embedded.map(({ feature }) => feature), embedded.map(({ size }) => size)];
    return { ...spec, features: places, categories, units: features.length + embedded.length * (dimension - 1) };
  }
  if (kind !== "piecewise-linear") throw unsuited(`its first layer is '${kind}'`);
  const { features = [], edges = [] } = spec;
  const kept = features.flatMap((place, i) => {
    const now = to.indexOf(from[place]);
    return now < 0 ? [] : [{ now, own: edges[i] }];
  });
  if (kept.length === 0) throw unsuited("all columns that it has bins for are gone");
  const bins = kept.reduce((total, { own }) => total + own.length - 1, 0);
  return { ...spec, features: kept.map(({ now }) => now), edges: kept.map(({ own }) => own), units: to.length + bins };
}

/** What each row of the table of embeddings stands for. */
const rowsNamed = ({ features, embedded, columns }: Named): string[] =>
  embedded.flatMap(({ feature }) => {
    const { name, categories } = columns.find(
      (one) => one.kind === "index" && one.name === features[feature],
    ) as IndexEncoding;
    return [...categories, 0, 1].map((category) => JSON.stringify([name, category])); // 0 and 1: others, and none
  });

/** The row that stands for all other categories of the same column. */
const othersOf = (row: string): string => JSON.stringify([JSON.parse(row)[0], 0]);

/** [rows, width]: rows that both have are those that are known. */
function rowsOver(
  start: Float64Array,
  known: Float64Array,
  to: readonly string[],
  from: readonly string[],
): Float64Array {
  const width = start.length / to.length;
  const places = new Map(from.map((name, place) => [name, place]));
  for (const [row, name] of to.entries()) {
    const place = places.get(name);
    if (place !== undefined) start.set(known.subarray(place * width, (place + 1) * width), row * width);
  }
  return start;
}

/** [units, columns], likewise. */
function columnsOver(
  start: Float64Array,
  known: Float64Array,
  to: readonly string[],
  from: readonly string[],
): Float64Array {
  const places = new Map(from.map((name, place) => [name, place]));
  const units = start.length / to.length;
  for (const [column, name] of to.entries()) {
    const place = places.get(name);
    if (place === undefined) continue;
    for (let unit = 0; unit < units; unit++) start[unit * to.length + column] = known[unit * from.length + place];
  }
  return start;
}
