/** @chaingrad/tables/rules: what every reader of files shares, so that two of them read alike and refuse in the same words. */
export { inferOptions, inferred, NumberCollector } from "./read/columns.ts";
export { checkContent, decoded, isGzip, seemingFormat } from "./read/content.ts";
export { decoderOf, type Encoding, headEncoding, Windows1252Probe } from "./read/encoding.ts";
export { isGzipName, isTextFormat, namedFormat } from "./read/format.ts";
export { HEAD_BYTES, readDialect } from "./read/header.ts";
export { checkCase, checkNames } from "./read/names.ts";
export * as refusals from "./read/refusals.ts";
export { type SheetText, sheetText } from "./read/sheet.ts";
export { contentOf, labelOf } from "./read/source.ts";
export { type Dialect, DialectError, type DialectOptions, dialectOf } from "./reading/dialect.ts";
export { type Delimiter, recordsOf } from "./reading/records.ts";
export { spellings } from "./reading/spellings.ts";
