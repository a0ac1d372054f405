/** A folder that keeps a training as it goes: files that are there whole or not at all, and a lock, so that one process at a time has it. */
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@chaingrad/tables";
import { type CheckpointStore, isCheckpoint } from "@chaingrad/tables/checkpoint";
import { writeFileAtomically } from "./atomic.ts";
import { lockFile } from "./lock.ts";
import { systemCode, systemReason } from "./system-error.ts";
import { sweep } from "./temporary.ts";

const LOCK = "lock";

/** A folder as a store of one training. */
export interface CheckpointFolder extends CheckpointStore {
  /** Gives the lock back. */
  close(): Promise<void>;
}

interface Wanted {
  /** Whether a training is to go on that is kept there. */
  readonly resume?: boolean | undefined;
}

/** Throws UserError where a training could not be kept there: a file, a folder of something else, nothing to go on with. Writes nothing. */
export async function assertCheckpointFolder(path: string, { resume = false }: Wanted = {}): Promise<void> {
  const names = (await namesIn(path)).filter(isKept);
  if (names.length > 0 && !isCheckpoint(names))
    throw new UserError(
      `checkpoint: '${path}' holds other things than a training ('${names[0]}')`,
      "Give a folder that is empty, or one that is not there yet.",
      { option: "checkpoint" },
    );
  if (resume && names.length === 0)
    throw new UserError(`resume: '${path}' holds no training to go on with`, "Begin one: the same without --resume.", {
      option: "resume",
    });
}

/**
 * Opens a folder for a training to be kept in, and makes it where there is none. Throws UserError as `assertCheckpointFolder`, where
 * another process uses it, and where it cannot be written.
 */
export async function openCheckpointFolder(path: string, wanted: Wanted = {}): Promise<CheckpointFolder> {
  await assertCheckpointFolder(path, wanted);
  try {
    await mkdir(path, { recursive: true });
    await sweep(path);
    const unlock = await lockFile(join(path, LOCK), `checkpoint: '${path}'`);
    return {
      names: async () => (await readdir(path)).filter(isKept),
      read: (name) => readFile(join(path, name)),
      write: (name, bytes) => writeFileAtomically(join(path, name), bytes),
      close: unlock,
    };
  } catch (error) {
    throw unusable(path, error);
  }
}

const isKept = (name: string): boolean => name !== LOCK && !name.startsWith(".");

/** Empty where there is no such folder yet. */
async function namesIn(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory())
      throw new UserError(`checkpoint: '${path}' is a file`, "Give a folder.", { option: "checkpoint" });
    return await readdir(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw unusable(path, error);
    return [];
  }
}

function unusable(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  return new UserError(`checkpoint: the folder '${path}' cannot be used: ${systemReason(code)}`, undefined, {
    option: "checkpoint",
    cause: error,
  });
}
