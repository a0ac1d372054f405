/**
 * Where a training stands as a file: tensors as tensors of safetensors, numbers as one more, all else as JSON in the header's metadata,
 * and a digest of it all, because a state with one wrong bit would go on without a word.
 */
import { conform, FormatError, parseJson } from "../model/form.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "../model/safetensors.ts";
import type { FitState } from "../train/events.ts";
import { Digest } from "./digest.ts";

const KEY = "chaingrad-state";
/** The tensor of all numbers. */
const NUMBERS = "numbers";

type Values = SavedTensor["values"];

/** The same state always gives the same bytes. */
export function saveFitState({ version, of, numbers, tensors, ended }: FitState): Uint8Array {
  const names = Object.keys(numbers);
  const document = JSON.stringify({ version, of, numbers: names, ...(ended && { ended }) }, spelt);
  const all = { ...tensors, [NUMBERS]: Float64Array.from(names, (name) => numbers[name]) };
  const saved = Object.entries(all).map(([name, values]): [string, SavedTensor] => [
    name,
    { shape: [values.length], values: narrowest(values) },
  ]);
  return encodeSafetensors({
    tensors: Object.fromEntries(saved),
    metadata: { [KEY]: document, digest: digestOf(document, Object.fromEntries(saved)) },
  });
}

/** What `saveFitState` wrote. Throws FormatError on bytes that are no such state, or were changed or cut short. */
export function loadFitState(bytes: Uint8Array): FitState {
  const { tensors: saved, metadata } = decodeSafetensors(bytes);
  const { [KEY]: document, digest } = metadata;
  if (document === undefined) throw new FormatError("a safetensors file, but no state of a training");
  if (digestOf(document, saved) !== digest) throw new FormatError("the state is damaged: it is not what was written");
  const read = unspelt(parseJson("the state", document));
  conform("the state", read, { version: 0, of: {}, numbers: [""] });
  const { version, of, numbers, ended } = read as Omit<FitState, "numbers"> & { readonly numbers: readonly string[] };
  const { [NUMBERS]: told, ...tensors } = saved;
  return {
    ...{ version, of, ...(ended && { ended }) },
    numbers: Object.fromEntries(numbers.map((name, i) => [name, told.values[i]])),
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, { values }]) => [name, values])),
  };
}

/** Numbers that JSON has not, in where a training broke. */
const spelt = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;

function unspelt(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unspelt);
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first[0] === "number" && typeof first[1] === "string") return Number(first[1]);
  return Object.fromEntries(entries.map(([name, part]) => [name, unspelt(part)]));
}

/** What float32 holds exactly takes half the room. */
function narrowest(values: Values): Values {
  if (values instanceof Float32Array) return values;
  const narrow = new Float32Array(values);
  for (let i = 0; i < values.length; i++) if (narrow[i] !== values[i]) return values;
  return narrow;
}

function digestOf(document: string, tensors: Readonly<Record<string, SavedTensor>>): string {
  const digest = new Digest().text(document);
  for (const [name, { values }] of Object.entries(tensors))
    digest.text(name).words(new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4));
  return digest.toString();
}
