/** `--out` of commands that say something of each row: the table, with columns for it beside its own. */
import { writeTable } from "@chaingrad/duckdb";
import type { Column } from "@chaingrad/tables";
import { refusing } from "../given/refusing.ts";
import { type CommonOptions, note } from "./conventions.ts";

/**
 * Nothing where no file is asked for. Throws UserError where the table has columns of such names, or the file cannot be written.
 * @param label how errors call the table
 */
export async function writeAdded(
  open: Parameters<typeof writeTable>[0],
  label: string,
  columns: () => readonly Column[],
  { out, ...options }: CommonOptions & { readonly out?: string },
): Promise<void> {
  if (out === undefined) return;
  await writeTable(open, refusing(label, columns), { path: out });
  note(`table: ${out}`, options);
}
