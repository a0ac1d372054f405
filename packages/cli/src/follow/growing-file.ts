/** A file that grows while training runs. What cannot be written does not end training, and is said once. */
import { GrowingFile } from "@chaingrad/duckdb/files";
import { UserError } from "@chaingrad/tables";
import { reportFailure } from "../output/failure.ts";

export interface Growing {
  append(content: string | Uint8Array): void;
  close(): void;
}

export function growing(path: string): Growing {
  const file = new GrowingFile(path);
  let isLost = false;
  return {
    append(content) {
      if (isLost) return;
      try {
        file.append(content);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        isLost = true;
        process.exitCode = reportFailure(new UserError(error.message, "Training goes on without it."));
      }
    },
    close: () => file.close(),
  };
}
