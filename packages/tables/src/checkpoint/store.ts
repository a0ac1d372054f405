/** Where checkpoints are kept, by whoever calls: a folder (`@chaingrad/duckdb/files`), a page's database, memory. */

/** Pieces of bytes by name. */
export interface CheckpointStore {
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Uint8Array>;
  /** Replaces what is there by the name, whole or not at all, whatever happens meanwhile. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** How a training on a table is kept. */
export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Seconds between two checkpoints of each network that is trained, > 0 (default 10). */
  readonly every?: number | undefined;
  /** Go on with the training that is kept there, which must be of the same table and options (default: begin one). */
  readonly resume?: boolean | undefined;
  /** Who trains, with the version: another one's checkpoint is refused. Bits may change from version to version. */
  readonly by?: string | undefined;
}
