/** What a package publishes: the name that programs import, and the file of its source. */
export interface EntryPoint {
  readonly name: string;
  readonly file: string;
}

export declare const entryPoints: readonly EntryPoint[];
