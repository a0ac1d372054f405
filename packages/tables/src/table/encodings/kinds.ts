/** Every kind of encoding by its name: a new one is a file and a line here. */
import { type BinaryEncoding, binary } from "./binary.ts";
import { type CategoryEncoding, category } from "./category.ts";
import { type DateEncoding, date } from "./date.ts";
import { type DurationEncoding, duration } from "./duration.ts";
import { type IndexEncoding, index } from "./index-encoding.ts";
import type { Feature, NumericKind, TextKind } from "./kind.ts";
import { type NumberEncoding, number } from "./number.ts";
import { type TextEncoding, text } from "./text.ts";

const NUMERIC = { number, date, duration };
const TEXTUAL = { binary, category, index, text };

/** How a column of numbers or dates becomes features, or two columns of dates become one: what has a derivative. */
export type NumericEncoding = NumberEncoding | DateEncoding | DurationEncoding;
/** How a column of texts becomes features. */
export type TextualEncoding = BinaryEncoding | CategoryEncoding | IndexEncoding | TextEncoding;
/** How one column becomes features, or two of dates the time between them. */
export type ColumnEncoding = NumericEncoding | TextualEncoding;

/** The names of all kinds. */
export const KINDS: readonly string[] = [...Object.keys(NUMERIC), ...Object.keys(TEXTUAL)];

export const isNumeric = (encoding: ColumnEncoding): encoding is NumericEncoding => encoding.kind in NUMERIC;

export const numericKind = ({ kind }: NumericEncoding): NumericKind<NumericEncoding> =>
  NUMERIC[kind] as NumericKind<NumericEncoding>;

export const textKind = ({ kind }: TextualEncoding): TextKind<TextualEncoding> =>
  TEXTUAL[kind] as TextKind<TextualEncoding>;

/** The columns that an encoding reads. */
export const readsOf = (encoding: ColumnEncoding): readonly string[] =>
  isNumeric(encoding) ? numericKind(encoding).reads(encoding) : textKind(encoding).reads(encoding);

/** What each of its features is; see `formulas` of `kind.ts`. */
export const formulasOf = (encoding: ColumnEncoding, quoted: (text: string) => string): readonly string[] =>
  isNumeric(encoding)
    ? numericKind(encoding).formulas(encoding, quoted)
    : textKind(encoding).formulas(encoding, quoted);

/** Its features, in the order in which it writes them. */
export const featuresOf = (encoding: ColumnEncoding): readonly Feature[] =>
  isNumeric(encoding) ? numericKind(encoding).features(encoding) : textKind(encoding).features(encoding);
