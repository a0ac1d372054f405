/** Which training a checkpoint is of: what was asked for, and what it is trained on, so that any difference can be told. */
import { Digest } from "@chaingrad/core/checkpoint";
import type { Prepared } from "../table/prepare.ts";

/** What may be asked otherwise: what is told of the gradient's flow changes no bit, and rows by place are in the digest. */
const FREE: readonly string[] = ["flow", "rows"];
/** Longer values are told by a digest. */
const LONGEST = 200;

/** All that decides a model's bytes, as text. */
export interface Identity {
  /** What was asked for, by option. */
  readonly options: Readonly<Record<string, string>>;
  /** The prepared rows: how many, and a digest of them and of their encoder. */
  readonly rows: number;
  readonly digest: string;
  /** By what it is computed, and who does: bits may differ with another. */
  readonly arithmetic: string;
  readonly by: string;
}

/**
 * Of a training on a prepared table.
 * @param asked options of `prepareTable` and of the recipe
 */
export function identityOf(
  prepared: Prepared,
  asked: Readonly<Record<string, unknown>>,
  { arithmetic, by }: Pick<Identity, "arithmetic" | "by">,
): Identity {
  const given = Object.entries(asked).filter(([name, value]) => value !== undefined && !FREE.includes(name));
  return {
    options: {
      ...Object.fromEntries(given.map(([name, value]) => [name, said(value)])),
      ...(prepared.start && { "where it starts": startOf(prepared.start) }),
    },
    ...{ rows: rowsIn(prepared), digest: digestOf(prepared), arithmetic, by },
  };
}

function said(value: unknown): string {
  const text = JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? "rows by place" : part));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${new Digest().text(text)})`;
}

function startOf({ network, tensors }: NonNullable<Prepared["start"]>): string {
  const digest = new Digest().text(JSON.stringify(network));
  for (const values of Object.values(tensors)) digest.numbers(values);
  return `model ${digest}`;
}

const rowsIn = ({ rows }: Prepared): number => Object.values(rows).reduce((total, { length }) => total + length, 0);

function digestOf({ data, encoder, target, classWeights, together }: Prepared): string {
  const digest = new Digest().text(JSON.stringify([encoder, target]));
  for (const part of Object.values(data))
    for (const values of [part.x, part.y, part.weight]) if (values !== undefined) digest.numbers(values);
  if (classWeights !== undefined) digest.numbers(classWeights);
  for (const part of Object.values(together ?? {})) digest.numbers(part);
  return digest.toString();
}

/** "epochs (200 given, 100 kept)" for each option that differs. */
export function differingOptions(given: Identity["options"], kept: Identity["options"]): string[] {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(given)])];
  const word = (text: string | undefined): string => text ?? "nothing";
  return names
    .filter((name) => given[name] !== kept[name])
    .map((name) => `${name} (${word(given[name])} given, ${word(kept[name])} kept)`);
}
