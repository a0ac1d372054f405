/**
 * A sheet of an Excel workbook as the text of a CSV table, which every reader takes from there: numbers with all their
 * digits, dates as ISO 8601, formulas by the values that were saved with them. By read-excel-file, which is loaded with the
 * first workbook.
 */
import { UserError } from "@chaingrad/core/user-error";
import { refusal } from "./refusals.ts";

/** A sheet as CSV, and what is to be said of it. */
export interface SheetText {
  readonly text: string;
  readonly notes: readonly string[];
}

/** What the library gives for a cell; its own types call a Date otherwise. */
type Cell = string | number | boolean | Date | null;

/**
 * A sheet of a workbook as the text of a CSV table.
 *
 * @param sheet its name; the first one where it is not given
 * @throws UserError where the workbook is damaged, or has no such sheet, or nothing stands in it
 */
export async function sheetText(bytes: Uint8Array, label: string, sheet: string | undefined): Promise<SheetText> {
  const sheets = await workbook(bytes, label);
  const names = sheets.map((one) => one.sheet);
  const listed = names.map((name) => `'${name}'`).join(", ");
  const found = sheet === undefined ? sheets[0] : sheets.find((one) => one.sheet === sheet);
  if (found === undefined) {
    throw new UserError(`sheet: ${label} has no sheet '${sheet}'`, `Its sheets are ${listed}.`, { option: "sheet" });
  }
  const rows = trimmed(found.data as unknown as readonly Cell[][]);
  const others = sheets.length > 1 ? ` Its sheets are ${listed}: name another.` : "";
  if (rows.length === 0) {
    throw new UserError(`${label}: nothing stands in the sheet '${found.sheet}'`, others.trim() || undefined, {
      ...(others === "" ? {} : { remedy: "sheet" }),
    });
  }
  const isChosen = sheet === undefined && sheets.length > 1;
  return {
    text: rows.map(line).join(""),
    notes: isChosen
      ? [`'${found.sheet}', the first of ${sheets.length} sheets, is read; the sheets are ${listed}`]
      : [],
  };
}

async function workbook(bytes: Uint8Array, label: string) {
  const [{ default: readWorkbook }, { unzipSync, zipSync }] = await Promise.all([
    import("read-excel-file/universal"),
    import("fflate"),
  ]);
  try {
    // The library unpacks long parts in workers, which a page's policy may forbid and edge workers have not: it gets them unpacked.
    const parts = unzipSync(bytes, { filter: ({ name }) => /\.(?:xml|rels)$/.test(name) });
    return await readWorkbook(zipSync(parts, { level: 0 }).slice().buffer, { trim: false });
  } catch (error) {
    throw refusal(label, ["the workbook is damaged, or holds what Excel would not write"], error);
  }
}

/**
 * Without the rows below the last value, and without the columns that hold none from the header on. A row of no values
 * becomes a blank line, and one of a single value above the header a title.
 */
function trimmed(rows: readonly (readonly Cell[])[]): (readonly Cell[])[] {
  const kept = rows.slice(0, rows.findLastIndex((row) => row.some(isValue)) + 1);
  const header = kept.findIndex((row) => row.filter(isValue).length > 1);
  const table = kept.slice(Math.max(header, 0));
  const width = table.reduce((most, { length }) => Math.max(most, length), 0);
  const columns = Array.from({ length: width }, (_, i) => i).filter((i) => table.some((row) => isValue(row[i])));
  return kept.map((row, at) =>
    at < header || !row.some(isValue) ? row.filter(isValue) : columns.map((index) => row[index] ?? null),
  );
}

const isValue = (cell: Cell | undefined): boolean => cell !== null && cell !== undefined && cell !== "";

const line = (row: readonly Cell[]): string => `${row.map((cell) => quoted(written(cell))).join(",")}\n`;

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function written(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "TRUE" : "FALSE";
  return cell instanceof Date ? moment(cell) : String(cell);
}

/** A day, a point in time, or a time of day: Excel's own days begin with 1900. */
function moment(cell: Date): string {
  // Excel counts in days, and a whole second may come out a thousandth too early.
  const date = new Date(cell.getTime() + (cell.getUTCMilliseconds() === 999 ? 1 : 0));
  const [day, clock] = date.toISOString().replace("Z", "").replace(".000", "").split("T");
  if (date.getUTCFullYear() < 1900) return clock;
  return clock === "00:00:00" ? day : `${day} ${clock}`;
}
