/** What commands that train fold by fold have in common: a table, an engine, one line of progress, a way to be interrupted. */
import type { SyncEngine } from "@chaingrad/core";
import { type FileTable, withTable, writeTable } from "@chaingrad/duckdb";
import type { Column } from "@chaingrad/tables";
import type { JudgedFold } from "@chaingrad/tables/cross-validation";
import { type EngineOptions, openEngine } from "../engine.ts";
import { type ReadingFlags, readingOptions } from "../given/reading.ts";
import { asRefusal } from "../given/refusing.ts";
import type { TableArgument } from "../given/table-argument.ts";
import { type CommonOptions, note } from "../output/conventions.ts";
import { Interrupted } from "../output/failure.ts";
import { makeFoldProgress } from "./fold-progress.ts";
import { holdInterrupts } from "./interrupt.ts";

/** What the library is to be told beside what was asked. */
interface Watched {
  readonly engine: SyncEngine;
  readonly signal: AbortSignal;
  readonly onFold: (fold: JudgedFold, at: { readonly done: number; readonly of: number }) => void;
}

interface ByFolds<Found> {
  readonly work: (table: FileTable, watched: Watched) => Promise<Found>;
  /** Prints it. */
  readonly tell: (found: Found, table: FileTable) => void;
  /** Where the table goes with columns of what was found, if anywhere, and what it is then called. */
  readonly written: { readonly path: string | undefined; readonly name: string; readonly columns: ColumnsOf<Found> };
  /** What is said when a signal comes, and when it has ended the work. */
  readonly interrupted: readonly [coming: string, ended: string];
}

type ColumnsOf<Found> = (found: Found, table: FileTable) => readonly Column[];

/** Throws UserError for what `work` refuses about the table, Interrupted where a signal ended it. */
export async function byFolds<Found extends { readonly notes: readonly string[] }>(
  { source, label }: TableArgument,
  options: EngineOptions & CommonOptions & ReadingFlags,
  { work, tell, written, interrupted: [coming, ended] }: ByFolds<Found>,
): Promise<void> {
  const engine = await openEngine(options, options);
  await withTable(source, readingOptions(options), async (open) => {
    const progress = options.quiet ? undefined : await makeFoldProgress(process.stderr);
    const interruption = holdInterrupts(coming);
    const { signal } = interruption;
    try {
      const watched: Watched = { engine, signal, onFold: (fold, at) => progress?.fold(fold, at) };
      const found = await work(open.table, watched).catch((error) => {
        if (signal.aborted) throw new Interrupted(`interrupted: ${ended}`, signal);
        throw asRefusal(label, error);
      });
      progress?.done();
      for (const text of found.notes) note(`note: ${text}`, options);
      tell(found, open.table);
      if (written.path === undefined) return;
      await writeTable(open, written.columns(found, open.table), { path: written.path });
      note(`${written.name}: ${written.path}`, options);
    } finally {
      progress?.done();
      interruption.release();
    }
  });
}
