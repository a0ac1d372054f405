/** JSON: an array of objects, or one object per line. The columns are the keys of all objects; an absent key is missing. */
import { CellCollector, type Cells } from "../reading/cells.ts";
import { isMissing } from "../reading/missing.ts";
import { isPlainNumber } from "../reading/numbers.ts";
import type { Column } from "../table/table.ts";
import { type FileTable, inferOptions, inferred, type ReadingOptions } from "./columns.ts";
import { type JsonCell, JsonError, type JsonObject, JsonScanner, NESTED } from "./json-scan.ts";
import { checkCase, checkNames } from "./names.ts";
import { NOT_UTF8, noKeys, notCells, notObjects, refusal } from "./refusals.ts";
import { type SafeText, safeText } from "./text.ts";

/** @throws UserError where it is not JSON, or its rows are not objects of cells */
export function readJson(bytes: Uint8Array, label: string, options: ReadingOptions): Omit<FileTable, "path"> {
  const safe = safeText(bytes);
  const found = [...(/^\s*\[/.test(safe.text) ? arrayRows(safe, label) : lineRows(safe, label))];
  const other = found.find((row) => typeof row === "string");
  if (other !== undefined) throw notObjects(label, other);
  const rows = found as JsonObject[];
  const names = namesOf(rows, label);
  const cells = cellsOf(rows, names);
  const nested = cells.find(({ texts }) => texts.some(isNestedText));
  if (nested !== undefined) throw notCells(nested.name, label);
  const { columns, ...rest } = inferred(cells, label, { ...inferOptions(options), likely: "." });
  return { rows: rows.length, columns: columns.map((column, index) => plainly(column, cells[index])), ...rest };
}

/** Numbers of JSON have no spelling of their own: 1.0 is 1. */
function plainly(column: Column, { texts }: Cells): Column {
  if (column.type !== "number" || !texts.every((text) => isMissing(text) || isPlain(text))) return column;
  const { written: _, ...plain } = column;
  return plain;
}

const isPlain = (text: string): boolean => isPlainNumber(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER;

type Row = JsonObject | string;

function* lineRows({ text, badFrom }: SafeText, label: string): Generator<Row> {
  let at = 0;
  for (let line = 1; at < text.length; line++) {
    const end = text.indexOf("\n", at) + 1 || text.length;
    const content = text.slice(at, end);
    if (content.trim() !== "") {
      const place = `${label}, line ${line}`;
      if (end > badFrom) throw refusal(place, NOT_UTF8);
      yield guarded(place, () => {
        const scanner = new JsonScanner(content, 0);
        const row = scanner.row();
        if (scanner.next() !== undefined) throw new JsonError("unexpected content after document");
        return row;
      });
    }
    at = end;
  }
}

function* arrayRows({ text, badFrom }: SafeText, label: string): Generator<Row> {
  const scanner = new JsonScanner(text, text.indexOf("[") + 1);
  let row = 1;
  const guard = <T>(read: () => T): T => guarded(`${label}, row ${row}`, read);
  if (/^\s*\[\s*\]\s*$/.test(text)) return;
  for (let sign = ","; sign === ","; row++) {
    const value = guard(() => scanner.row());
    if (scanner.at > badFrom) throw refusal(`${label}, row ${row}`, NOT_UTF8);
    yield value;
    sign = guarded(`${label}, row ${row + 1}`, () => {
      const token = scanner.next();
      if (token === "]" ? scanner.next() === undefined : token === ",") return token as string;
      throw new JsonError("unexpected character");
    });
  }
}

function guarded<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw refusal(place, [`the JSON is broken: ${error.message}`], error);
  }
}

/** All keys, those of the most common object first, of equally common ones those that sort first. */
function namesOf(rows: readonly JsonObject[], label: string): string[] {
  const shapes = new Map<string, { names: readonly string[]; count: number }>();
  for (const { names } of rows) {
    const key = JSON.stringify(names);
    const shape = shapes.get(key);
    if (shape) shape.count++;
    else shapes.set(key, { names, count: 1 });
  }
  const sorted = [...shapes.values()].sort((a, b) => b.count - a.count || compare(a.names, b.names));
  for (const { names } of sorted) checkNames(names, label);
  const names = [...new Set(sorted.flatMap(({ names }) => names))];
  if (names.length === 0) throw noKeys(label);
  checkNames(names, label);
  checkCase(names, label);
  return names;
}

/** Lists of texts in the order of their code points, as databases have them. */
function compare(a: readonly string[], b: readonly string[]): number {
  const encoder = new TextEncoder();
  for (const [index, text] of a.entries()) {
    if (index >= b.length) return 1;
    const [one, other] = [encoder.encode(text), encoder.encode(b[index])];
    const at = one.findIndex((byte, place) => byte !== other[place]);
    if (at >= 0) return at < other.length ? one[at] - other[at] : 1;
    if (one.length < other.length) return -1;
  }
  return a.length - b.length;
}

function cellsOf(rows: readonly JsonObject[], names: readonly string[]): Cells[] {
  const collectors = names.map((name) => new CellCollector(name, rows.length));
  const places = new Map(names.map((name, place) => [name, place]));
  for (const [row, object] of rows.entries()) {
    for (const collector of collectors) collector.set(row, null);
    for (const [index, name] of object.names.entries())
      collectors[places.get(name) as number].set(row, textOf(object.cells[index]));
  }
  return collectors.map((collector) => collector.cells());
}

const textOf = (cell: JsonCell): string | null => (cell === NESTED ? "{}" : cell);

/** A string that happens to hold an object or array is refused with those. */
function isNestedText(text: string): boolean {
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
