/** From a body to the rows of a table, with the model's columns and no others. */
import { nearest } from "@chaingrad/core";
import { type Table, tableOf } from "@chaingrad/tables";
import { readTable } from "@chaingrad/tables/read";
import { clipped, Refusal, refusingAs } from "../refusal.ts";
import type { ServedModel } from "../served-model.ts";
import { ArrowError, boundedArrow } from "./arrow-bounds.ts";
import { parseJsonBody } from "./json.ts";
import type { Media } from "./media.ts";

/** Rows that were sent, and how. */
export interface SentRows {
  readonly table: Table;
  /** One object, a list of them, or columns by name (also a table that was read). */
  readonly form: "row" | "list" | "columns";
  /** The names of all columns that were sent. */
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/** How bodies are taken. */
export interface TakingOptions {
  readonly rowLimit: number;
  /** Whether columns that the model knows nothing of are left aside, and not refused. */
  readonly leavesUnknown: boolean;
  /** Whether the target is kept, too, where it was sent: for its loss. */
  readonly withTarget: boolean;
}

/**
 * Throws Refusal: 400 on what is no JSON, CSV or Arrow (saying where), 413 on too many rows, 422 on what is no table, and on columns
 * that are missing or unknown, naming the nearest.
 */
export async function takeRows(
  bytes: Uint8Array,
  media: Media,
  model: ServedModel,
  options: TakingOptions,
): Promise<SentRows> {
  if (media !== "json") return takeTable(bytes, media, model, options);
  const sent = parseJsonBody(bytes);
  if (typeof sent !== "object" || sent === null)
    throw new Refusal(
      422,
      `expected a row as an object, a list of rows, or columns, got ${sent === null ? "null" : `a ${typeof sent}`}`,
    );
  const { form, names, columnOf } = formOf(sent, options.rowLimit);
  const wanted = checkColumns(names, model, options);
  const columns = Object.fromEntries(wanted.map((name) => [name, columnOf(name)]));
  const table = await refusingAs(422, () => tableOf(columns, model.reading));
  return { table, form, names, notes: [] };
}

interface Form extends Pick<SentRows, "form" | "names"> {
  readonly columnOf: (name: string) => unknown[];
}

function formOf(sent: object, rowLimit: number): Form {
  if (Array.isArray(sent)) return ofRows(sent, rowLimit);
  const values = Object.values(sent);
  if (values.length === 0 || !values.every(Array.isArray)) return { ...ofRows([sent], rowLimit), form: "row" };
  const columns = sent as Readonly<Record<string, unknown[]>>;
  const rows = Math.max(...values.map(({ length }) => length));
  if (rows > rowLimit) throw tooMany(rowLimit);
  return { form: "columns", names: Object.keys(sent), columnOf: (name) => columns[name] };
}

function ofRows(list: readonly unknown[], rowLimit: number): Form {
  if (list.length === 0) throw new Refusal(422, "there are no rows: the list is empty");
  if (list.length > rowLimit) throw tooMany(rowLimit);
  const names = new Set<string>();
  for (const [i, row] of list.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      const got = Array.isArray(row) ? "a list" : row === null ? "null" : `a ${typeof row}`;
      throw new Refusal(422, `row ${i + 1}: expected an object with a value for each column, got ${got}`, {
        row: i + 1,
      });
    }
    for (const name of Object.keys(row)) names.add(name);
  }
  const own = (row: object, name: string): unknown =>
    Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : null;
  return {
    form: "list",
    names: [...names],
    columnOf: (name) => list.map((row) => own(row as object, name)),
  };
}

async function takeTable(
  bytes: Uint8Array,
  media: "csv" | "arrow",
  model: ServedModel,
  options: TakingOptions,
): Promise<SentRows> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new Refusal(415, "the body is compressed by gzip", { hint: "Send it as it is." });
  const source = media === "arrow" ? checkedArrow(bytes, options.rowLimit) : bytes;
  const read = await refusingAs(400, () => readTable(source, { readAs: media, remembered: model.reading }));
  if (read.rows > options.rowLimit) throw tooMany(options.rowLimit);
  const names = read.columns.map(({ name }) => name);
  const wanted = new Set(checkColumns(names, model, options));
  const columns = read.columns.filter(({ name }) => wanted.has(name));
  return { table: { ...read, columns }, form: "columns", names, notes: read.notes };
}

/** The stream in the body. A few bytes may claim anything: no room is made before that is looked at. */
function checkedArrow(bytes: Uint8Array, rowLimit: number): Uint8Array {
  try {
    const { stream, rows } = boundedArrow(bytes, rowLimit);
    if (rows > rowLimit) throw tooMany(rowLimit);
    return stream;
  } catch (cause) {
    if (!(cause instanceof ArrowError)) throw cause;
    const hint = "Send an Arrow IPC stream or file of flat columns, uncompressed.";
    throw new Refusal(400, `the Arrow data is damaged or cut off: ${cause.message}`, { hint }, { cause });
  }
}

const tooMany = (limit: number): Refusal =>
  new Refusal(413, `the body has more than ${limit} rows`, { hint: "Send them in parts." });

/** Characters of a name that are compared with others, and names that are listed. */
const [COMPARED, LISTED] = [100, 20];

/** Those to be read. Throws Refusal (422) naming columns that are absent or not known, and the nearest of each other. */
function checkColumns(
  names: readonly string[],
  model: ServedModel,
  { leavesUnknown, withTarget }: TakingOptions,
): string[] {
  const sent = new Set(names);
  const missing = model.columns.filter((name) => !sent.has(name));
  const unknown = names.filter((name) => !model.known.has(name));
  if (missing.length > 0 || (unknown.length > 0 && !leavesUnknown)) throw misfit(missing, unknown, model);
  const targets = withTarget ? model.targets.filter((name) => sent.has(name)) : [];
  return [...model.columns, ...targets];
}

function misfit(missing: readonly string[], unknown: readonly string[], { columns }: ServedModel): Refusal {
  const lists = {
    missing: missing.slice(0, LISTED),
    unknown: unknown.slice(0, LISTED).map((name) => clipped(name, COMPARED)),
  };
  if (missing.length > 0) {
    const [first] = missing;
    const near = nearest(first, lists.unknown);
    const hint = near === undefined ? "Give null where it is not known." : `Is '${near}' meant for it?`;
    return new Refusal(422, `there is no column '${first}', which the model was trained with`, {
      hint,
      column: first,
      ...lists,
    });
  }
  const [first] = lists.unknown;
  const near = nearest(first, columns);
  const hint = `${near === undefined ? `The columns are ${columns.slice(0, LISTED).join(", ")}.` : `Did you mean '${near}'?`} To leave it aside: ?unknown=ignore`;
  return new Refusal(422, `the model knows no column '${first}'`, { hint, column: first, ...lists });
}
