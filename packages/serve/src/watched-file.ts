/**
 * A model's file that is looked at again and again: a new one is read and tried whole before it answers. It is asked for its
 * state and not for events, which network drives and files behind links (as containers mount them) do not have.
 */
import { readFile, stat } from "node:fs/promises";
import { FormatError, type SyncEngine } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { TableModel } from "@chaingrad/tables";
import { randomRows } from "@chaingrad/tables/chain";

/** What became of a file that has changed. */
export type Reloaded = { readonly model: TableModel } | { readonly error: Error };

/** Throws UserError where it cannot be read or is no model of a table. */
async function loadModelFile(path: string, engine?: SyncEngine): Promise<TableModel> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new UserError(
      `cannot read the model '${path}': ${(cause as NodeJS.ErrnoException).code ?? cause}`,
      undefined,
      { cause: cause as Error },
    );
  }
  try {
    const model = await TableModel.load(bytes, engine === undefined ? {} : { engine });
    tried(model);
    return model;
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new UserError(`${path}: ${cause.message}`, "Models are made with: chaingrad train FILE --target COLUMN", {
      cause,
    });
  }
}

/** A row of its kind goes through encoder, network and target. Throws EncodingError where its weights overflow. */
function tried(model: TableModel): void {
  model.predict(randomRows(model.model, 1, 0));
}

/** Looks at a file every `interval` milliseconds until `stop`. */
export class WatchedFile {
  readonly #path: string;
  readonly #engine: SyncEngine | undefined;
  readonly #onChange: (reloaded: Reloaded) => void;
  readonly #interval: number;
  #state: string;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  private constructor(path: string, state: string, { engine, interval, onChange }: WatchOptions) {
    this.#path = path;
    this.#engine = engine;
    this.#onChange = onChange;
    this.#interval = interval;
    this.#state = state;
    this.#wait();
  }

  /** Loads the file and watches it from then on. Throws as `loadModelFile`. */
  static async open(path: string, options: WatchOptions): Promise<{ model: TableModel; file: WatchedFile }> {
    const state = await stateOf(path);
    const model = await loadModelFile(path, options.engine);
    return { model, file: new WatchedFile(path, state, options) };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), this.#interval);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const state = await stateOf(this.#path);
    if (state !== this.#state) {
      const loaded = await loadModelFile(this.#path, this.#engine).then(
        (model): Reloaded => ({ model }),
        (error: Error): Reloaded => ({ error }),
      );
      // What changed while it was read is read again; until then nothing is said of it.
      if ((await stateOf(this.#path)) === state) {
        this.#state = state;
        if (!this.#stopped) this.#onChange(loaded);
      }
    }
    this.#wait();
  }
}

/** How a file is watched. */
export interface WatchOptions {
  readonly engine?: SyncEngine | undefined;
  /** Milliseconds. */
  readonly interval: number;
  readonly onChange: (reloaded: Reloaded) => void;
}

/** Changes with every replacement and every write; "absent" where there is no file. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return `absent: ${(error as NodeJS.ErrnoException).code}`;
  }
}
