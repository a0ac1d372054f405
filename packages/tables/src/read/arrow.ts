/** Arrow IPC, files and streams, by flechette. */
import { type Column as ArrowColumn, type DataType, Type, tableFromIPC } from "@uwdata/flechette";
import type { FileTable, ReadingOptions } from "./columns.ts";
import { checkNames } from "./names.ts";
import { notCellsOfType, refusal } from "./refusals.ts";
import { clock, type TypedColumn, type TypedValue, typedTable } from "./typed.ts";

/** @throws UserError where the file is damaged, or a column holds what is no cell */
export function readArrow(bytes: Uint8Array, label: string, options: ReadingOptions): Omit<FileTable, "path"> {
  const { names, types, children, rows } = opened(bytes, label);
  checkNames(names, label);
  const columns = names.map((name, at): TypedColumn => {
    const { kind, read } = kindOf(types[at], name, label);
    const values = Array.from({ length: rows }, (_, row) => {
      const value = children[at].at(row) as TypedValue;
      return value === null || value === undefined ? null : read === undefined ? value : read(value);
    });
    return { name, kind, values };
  });
  return typedTable(columns, rows, label, options);
}

function opened(bytes: Uint8Array, label: string) {
  try {
    const { schema, children, names, numRows } = tableFromIPC(bytes, { useBigInt: true, useDecimalInt: true });
    const types = schema.fields.map(({ type }) => type);
    return { names: names.map(String), types, children: children as ArrowColumn<unknown>[], rows: numRows };
  } catch (error) {
    throw refusal(label, ["the Arrow file is damaged or cut off"], error);
  }
}

interface Kind {
  readonly kind: TypedColumn["kind"];
  /** From the value that flechette gives; null stays. */
  readonly read?: (value: TypedValue) => TypedValue;
}

/** Of what is no cell, in words. */
const REFUSED: Readonly<Record<number, string>> = {
  [Type.List]: "lists",
  [Type.LargeList]: "lists",
  [Type.ListView]: "lists",
  [Type.LargeListView]: "lists",
  [Type.FixedSizeList]: "lists",
  [Type.Struct]: "structs",
  [Type.Map]: "maps",
  [Type.Binary]: "binary data",
  [Type.LargeBinary]: "binary data",
  [Type.BinaryView]: "binary data",
  [Type.FixedSizeBinary]: "binary data",
};

function kindOf(type: DataType, name: string, label: string): Kind {
  switch (type.typeId) {
    case Type.Dictionary:
      return kindOf((type as DataType & { dictionary: DataType }).dictionary, name, label);
    case Type.Int:
      return { kind: (type as DataType & { bitWidth: number }).bitWidth === 64 ? "whole" : "number" };
    case Type.Float:
      return { kind: "number" };
    case Type.Decimal:
      return decimalKind(type as DataType & { scale: number });
    case Type.Bool:
      return { kind: "boolean" };
    case Type.Date:
      return { kind: "date", read: (milliseconds) => Number(milliseconds) / 86_400_000 };
    case Type.Timestamp:
      return { kind: "time", read: (milliseconds) => Math.floor(Number(milliseconds)) };
    case Type.Time:
      return { kind: "text", read: (value) => clock(microseconds(BigInt(value as bigint), type as TimeLike)) };
    // A column of nothing is a column without values.
    case Type.Null:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return { kind: "text" };
    default:
      throw notCellsOfType(name, label, REFUSED[type.typeId] ?? "values of a type that is no cell");
  }
}

/** Decimals are whole numbers here; those without a fraction keep all their digits, for they may name things. */
function decimalKind({ scale }: { readonly scale: number }): Kind {
  if (scale <= 0) return { kind: "whole" };
  return { kind: "number", read: (value) => Number(value) / 10 ** scale };
}

type TimeLike = DataType & { readonly unit: number };

const microseconds = (value: bigint, { unit }: TimeLike): bigint =>
  unit === 3 ? value / 1000n : value * [1_000_000n, 1000n, 1n][unit];
