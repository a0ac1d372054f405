/** Parquet, by hyparquet; what it is compressed with beyond Snappy is loaded where it is met. */
import { type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from "hyparquet";
import type { FileTable, ReadingOptions } from "./columns.ts";
import { checkNames } from "./names.ts";
import { DAMAGED_PARQUET, notCellsOfType, refusal } from "./refusals.ts";
import { clock, type TypedColumn, type TypedValue, typedTable } from "./typed.ts";

/** @throws UserError where the file is damaged, or a column holds what is no cell */
export async function readParquet(
  bytes: Uint8Array,
  label: string,
  options: ReadingOptions,
): Promise<Omit<FileTable, "path">> {
  const buffer = bytes.slice().buffer;
  const metadata = await undamaged(label, () => parquetMetadata(buffer));
  const top = topLevel(metadata.schema);
  const columns = top.map((element) => columnOf(element, label));
  checkNames(
    columns.map(({ name }) => name),
    label,
  );
  const rows = Number(metadata.num_rows);
  const values = await undamaged(label, () => valuesOf(buffer, metadata, rows));
  const typed = columns.map(({ name, kind, read }): TypedColumn => {
    const column = values.get(name) ?? [];
    return { name, kind, values: read === undefined ? column : column.map((value) => value ?? null).map(read) };
  });
  return typedTable(typed, rows, label, options);
}

async function undamaged<T>(label: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw refusal(label, DAMAGED_PARQUET, error);
  }
}

/** The elements that are columns of the table: children of the root, without their own children. */
function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const found: SchemaElement[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at].num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) found.push(schema[at]);
  return found;
}

interface ParquetColumn {
  readonly name: string;
  readonly kind: TypedColumn["kind"];
  /** From the value that hyparquet gives; null stays. */
  readonly read?: (value: Raw) => TypedValue;
}

type Raw = TypedValue | Uint8Array;

/** How a column is read; its type's name is taken off where hyparquet would lose digits by it. */
function columnOf(element: SchemaElement, label: string): ParquetColumn {
  const { name, type, converted_type: converted, logical_type: logical, num_children } = element;
  const refuse = (what: string) => notCellsOfType(name, label, what);
  if (element.repetition_type === "REPEATED" || converted === "LIST" || logical?.type === "LIST") throw refuse("lists");
  if (converted === "MAP" || converted === "MAP_KEY_VALUE" || logical?.type === "MAP") throw refuse("maps");
  if (num_children !== undefined) throw refuse("structs");
  const named = logical?.type ?? converted;
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") return decimalOf(element);
  if (named === "DATE") return { name, kind: "date" };
  if (logical?.type === "TIMESTAMP" || converted?.startsWith("TIMESTAMP") || type === "INT96")
    return { name, kind: "time" };
  if (logical?.type === "TIME" || converted?.startsWith("TIME")) return timeOf(element);
  if (named === "STRING" || named === "UTF8" || named === "UUID") return { name, kind: "text" };
  if (named === "ENUM") return { name, kind: "text", read: (value) => new TextDecoder().decode(value as Uint8Array) };
  if (type === "BOOLEAN") return { name, kind: "boolean" };
  if (type === "INT64") return { name, kind: "whole" };
  if (type === "INT32" || type === "FLOAT" || type === "DOUBLE" || logical?.type === "FLOAT16")
    return { name, kind: "number" };
  throw refuse(named === undefined ? "binary data" : `values of type ${named}`);
}

/** Decimals without a fraction keep all their digits: they may name things. */
function decimalOf(element: SchemaElement): ParquetColumn {
  const { name } = element;
  if ((element.scale ?? 0) > 0) {
    element.converted_type = "DECIMAL";
    return { name, kind: "number" };
  }
  delete element.converted_type;
  delete element.logical_type;
  return { name, kind: "whole", read: (value) => (value instanceof Uint8Array ? wholeIn(value) : value) };
}

/** Two's complement, the highest byte first. */
function wholeIn(bytes: Uint8Array): bigint {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return BigInt.asIntN(8 * bytes.length, value);
}

function timeOf({ name, converted_type: converted, logical_type: logical }: SchemaElement): ParquetColumn {
  const unit =
    (logical?.type === "TIME" ? logical.unit : undefined) ?? (converted === "TIME_MILLIS" ? "MILLIS" : "MICROS");
  const micros = { MILLIS: (v: bigint) => v * 1000n, MICROS: (v: bigint) => v, NANOS: (v: bigint) => v / 1000n }[unit];
  return { name, kind: "text", read: (value) => clock(micros(BigInt(value as bigint))) };
}

/** Points in time as milliseconds, rounded down; days as days. */
const parsers = {
  dateFromDays: (days: number) => days,
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
  timestampFromMicroseconds: (micros: bigint) => floored(micros, 1000n),
  timestampFromNanoseconds: (nanos: bigint) => floored(nanos, 1_000_000n),
} as unknown as NonNullable<Parameters<typeof parquetRead>[0]["parsers"]>;

const floored = (value: bigint, by: bigint): number => Number((value - (((value % by) + by) % by)) / by);

async function valuesOf(file: ArrayBuffer, metadata: FileMetaData, rows: number): Promise<Map<string, TypedValue[]>> {
  const values = new Map<string, TypedValue[]>();
  const codecs = metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec));
  const isPlain = codecs.every((codec) => codec === undefined || codec === "UNCOMPRESSED" || codec === "SNAPPY");
  await parquetRead({
    file,
    metadata,
    parsers,
    utf8: false,
    geoparquet: false,
    ...(isPlain ? {} : { compressors: (await import("hyparquet-compressors")).compressors }),
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = values.get(columnName) ?? new Array<TypedValue>(rows);
      values.set(columnName, column);
      for (let index = 0; index < columnData.length; index++) column[rowStart + index] = columnData[index];
    },
  });
  return values;
}
