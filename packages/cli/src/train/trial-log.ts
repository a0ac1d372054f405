/** The file of a search's trials: one line more as soon as one has ended, so that whatever kills the search, they stay. */
import { appendFile, readFile } from "node:fs/promises";
import { systemCode, systemReason, writeFileAtomically } from "@chaingrad/duckdb/files";
import { UserError } from "@chaingrad/tables";

/** What the file holds; "" where there is none yet. Throws UserError where it cannot be read. */
export async function readTrials(path: string | undefined): Promise<string> {
  if (path === undefined) return "";
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return "";
    if (code === undefined) throw error;
    throw new UserError(`cannot read the trials '${path}': ${systemReason(code)}`, undefined, { cause: error });
  }
}

/** Begins with what there is, without what was cut short; then goes on line by line. */
export const beginTrials = (path: string, text: string): Promise<void> => writeFileAtomically(path, text);

/** Throws UserError where it cannot be written. */
export async function addTrial(path: string, line: string): Promise<void> {
  await appendFile(path, line).catch((error) => {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new UserError(`cannot write '${path}': ${systemReason(code)}`, undefined, { cause: error });
  });
}
