/** A file that grows while work goes on, and that others read meanwhile: a log. */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { cannotWrite } from "./atomic.ts";

/** A file that grows while work goes on. */
export class GrowingFile {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes at its end, so that whoever reads has it at once. The file begins with the first piece: what was there before goes.
   * @throws UserError if the folder is missing or read-only, the disk full, …
   */
  append(content: string | Uint8Array): void {
    try {
      this.#descriptor ??= openSync(this.#path, "w");
      appendFileSync(this.#descriptor, content);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
