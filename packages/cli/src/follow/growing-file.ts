/** A file that grows while training runs. What cannot be written does not end training, and is said once. */
import { closeSync, openSync, writeSync } from "node:fs";
import { systemCode, systemReason } from "@chaingrad/duckdb/files";
import { UserError } from "@chaingrad/tables";
import { reportFailure } from "../output/failure.ts";

export class GrowingFile {
  readonly #path: string;
  readonly #what: string;
  #descriptor: number | undefined;
  #isLost = false;

  /** @param what it is, for whoever is told that it cannot be written */
  constructor(path: string, what: string) {
    [this.#path, this.#what] = [path, what];
  }

  /** Begins the file with the first of them; what was there before goes. */
  add(content: string | Uint8Array): void {
    if (this.#isLost) return;
    try {
      this.#descriptor ??= openSync(this.#path, "w");
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      this.#isLost = true;
      const code = systemCode(error);
      if (code === undefined) throw error;
      const said = `cannot write ${this.#what} '${this.#path}' any further: ${systemReason(code)}`;
      process.exitCode = reportFailure(new UserError(said, "Training goes on without it."));
    }
  }

  end(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
