/** `train --checkpoint`: the folder that keeps a training, and what may be said with it. */
import type { SyncEngine } from "@chaingrad/core";
import { assertCheckpointFolder, openCheckpointFolder } from "@chaingrad/duckdb/files";
import { type Prepared, UserError } from "@chaingrad/tables";
import { identityOf, RunCheckpoint } from "@chaingrad/tables/checkpoint";
import type { Command } from "commander";
import { seconds } from "../given/options.ts";
import { version } from "../version.ts";

export interface CheckpointFlags {
  readonly checkpoint?: string;
  /** Seconds. */
  readonly every?: number;
  readonly resume?: boolean;
}

export function withCheckpoint(command: Command): Command {
  return command
    .option("--checkpoint <folder>", "keep there where training stands, so that it can go on after it was interrupted")
    .option("--every <time>", "how often, as in 10s, 500ms or 2m (default: 10s)", seconds)
    .option("--resume", "go on with the training that --checkpoint keeps, to the same model as without a break");
}

/** Throws UserError on options that make no sense, and on a folder that cannot be used. Nothing is written. */
export async function checkCheckpoint({ checkpoint, every, resume }: CheckpointFlags): Promise<void> {
  const lonely = every !== undefined ? "--every" : resume ? "--resume" : undefined;
  if (checkpoint === undefined && lonely !== undefined)
    throw new UserError(`${lonely} needs a folder`, "Say which: --checkpoint FOLDER.");
  if (checkpoint !== undefined) await assertCheckpointFolder(checkpoint, { resume });
}

/** What options of the libraries are called here. */
const FLAGS: Readonly<Record<string, string>> = { rate: "lr", quantiles: "quantile", classWeight: "class-weight" };

/**
 * Undefined where nothing is to be kept. The folder is given back by `close`.
 * @param asked of the table and of the recipe
 */
export async function openCheckpoint(
  { checkpoint: path, every, resume }: CheckpointFlags,
  prepared: Prepared,
  asked: Readonly<Record<string, unknown>>,
  engine: SyncEngine,
): Promise<(RunCheckpoint & { readonly close: () => Promise<void> }) | undefined> {
  if (path === undefined) return undefined;
  const store = await openCheckpointFolder(path, { resume });
  const flags = Object.entries(asked).map(([name, value]) => [
    name === "flow" ? name : `--${FLAGS[name] ?? name}`,
    value,
  ]);
  const of = { arithmetic: engine.name, by: `chaingrad ${version()}` };
  try {
    const identity = identityOf(prepared, Object.fromEntries(flags), of);
    const kept = { store, resume, ...(every !== undefined && { every }) };
    return Object.assign(await RunCheckpoint.open(kept, identity), { close: store.close });
  } catch (error) {
    await store.close();
    throw error;
  }
}
