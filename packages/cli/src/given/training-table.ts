/** The table that is trained on, and the tables whose rows judge. */
import { type FileTable, readTable } from "@chaingrad/duckdb";
import { joinedTables, readingOf, type SplitBy, UserError } from "@chaingrad/tables";
import { type ReadingFlags, readingOptions } from "./reading.ts";
import { refusing } from "./refusing.ts";
import { type TableArgument, tableArgument } from "./table-argument.ts";
import type { TrainingFlags } from "./training-options.ts";

type Flags = ReadingFlags & Pick<TrainingFlags, "validation" | "test" | "group" | "split" | "time" | "drop">;

const JUDGING = ["validation", "test"] as const;

export interface TrainingTable extends TableArgument {
  /** Of all files one table, and which rows are of those that judge. */
  readonly read: () => Promise<{ readonly table: FileTable; readonly split: SplitBy["rows"] }>;
}

/** Throws UserError where rows are named in two ways, and as `tableArgument`. */
export async function trainingTable(file: string, flags: Flags): Promise<TrainingTable> {
  const argument = await tableArgument(file);
  const named = JUDGING.filter((part) => typeof flags[part] === "string");
  const by = Object.entries({ "--group": flags.group, "--split": flags.split, "--time": flags.time?.column });
  const other = by.find(([, column]) => column !== undefined);
  if (named.length > 0 && other !== undefined)
    throw new UserError(`--${named[0]} names a table of rows, and ${other[0]} says which rows judge: give one of them`);
  const others = await Promise.all(named.map((part) => tableArgument(flags[part] as string)));
  return {
    ...argument,
    files: [argument, ...others].flatMap(({ files }) => files),
    read: async () => {
      let table = await readTable(argument.source, readingOptions(flags));
      const split: { [Part in (typeof JUDGING)[number]]?: Int32Array } = {};
      const reading = readingOf(table);
      for (const [i, { source, label }] of others.entries()) {
        const more = await readTable(source, readingOptions(flags, reading && { reading }));
        const first = table.rows;
        split[named[i]] = Int32Array.from({ length: more.rows }, (_, row) => first + row);
        const all = refusing(label, () => joinedTables(table, more, flags.drop));
        table = { ...table, ...all, notes: [...table.notes, ...more.notes.map((text) => `${label}: ${text}`)] };
      }
      return { table, split: named.length === 0 ? undefined : split };
    },
  };
}
