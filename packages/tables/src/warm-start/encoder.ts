/**
 * The encoder of a model on a table with other columns. What the model has weights for stays as it was: the same value gives the same
 * number, so that its weights mean what they meant. Categories that are new become features of their own, behind those that were there.
 */
import type { ColumnType } from "../reading/reading.ts";
import { type Encoder, encoderOf } from "../table/encoder.ts";
import type { CategoryEncoding } from "../table/encodings/category.ts";
import type { IndexEncoding } from "../table/encodings/index-encoding.ts";
import { type ColumnEncoding, readsOf } from "../table/encodings/kinds.ts";

/** What became of the columns of a model. */
export interface Matching {
  readonly encoder: Encoder;
  /** Names of encodings: those of the model that stay, those that are new, and those that are gone. */
  readonly matched: readonly string[];
  readonly fresh: readonly string[];
  readonly gone: readonly string[];
  /** Categories that columns have got, by column. */
  readonly added: ReadonlyMap<string, readonly string[]>;
}

type Listing = CategoryEncoding | IndexEncoding;

const lists = (encoding: ColumnEncoding): encoding is Listing =>
  encoding.kind === "category" || encoding.kind === "index";

/** Categories that the table's own encoding has, and the model's has not. */
function newCategories(known: ColumnEncoding, own: ColumnEncoding): string[] {
  if (!lists(known) || !(lists(own) || own.kind === "binary")) return [];
  return own.categories.filter((category) => !known.categories.includes(category));
}

function extended(known: ColumnEncoding, own: ColumnEncoding): ColumnEncoding {
  if (!lists(known)) return known;
  const categories = [...known.categories, ...newCategories(known, own)];
  const [other, missing] = [lists(own) && own.other, own.kind === "category" && own.missing];
  return known.kind === "category"
    ? { ...known, categories, other: known.other || other, missing: known.missing || missing }
    : { ...known, categories, other: known.other || other };
}

/** @param own what the table by itself would be encoded by */
export function matchedEncoder(known: Encoder, own: Encoder): Matching {
  const byName = new Map(known.columns.map((encoding) => [encoding.name, encoding]));
  const isMatched = (encoding: ColumnEncoding): boolean => {
    const other = byName.get(encoding.name);
    return other !== undefined && typeOf(other) === typeOf(encoding);
  };
  const names = (encodings: readonly ColumnEncoding[]): string[] => encodings.map(({ name }) => name);
  const matched = own.columns.filter(isMatched);
  const of = ({ name }: ColumnEncoding): ColumnEncoding => byName.get(name) as ColumnEncoding;
  const added = matched.map((encoding) => [encoding.name, newCategories(of(encoding), encoding)] as const);
  return {
    encoder: encoderOf(
      own.columns.map((encoding) => (isMatched(encoding) ? extended(of(encoding), encoding) : encoding)),
    ),
    matched: names(matched),
    fresh: names(own.columns.filter((encoding) => !isMatched(encoding))),
    gone: names(known.columns.filter(({ name }) => !names(matched).includes(name))),
    added: new Map(added.filter(([, categories]) => categories.length > 0)),
  };
}

function typeOf({ kind }: ColumnEncoding) {
  return kind === "binary" || kind === "category" || kind === "index" ? "category" : kind;
}

/** What columns are to be taken for, so that a model's encodings suit them. */
export function typesOf({ columns }: Encoder): Record<string, ColumnType> {
  return Object.fromEntries(
    columns.flatMap((own) => {
      const type = typeOf(own);
      return type === "duration" ? [] : readsOf(own).map((name) => [name, type]);
    }),
  );
}
