/** What a page that is opened late is told first: all that was said, thinned out where that is much. */

/** Something that was said of a training: what it is, and of which network. */
export interface Line {
  readonly event: string;
  readonly network?: number;
}

/** Epochs of a network: of one more every second is forgotten, the first and the last stay; no picture has room for them. */
const MOST = 2000;

export class KeptLines {
  readonly #others: Line[] = [];
  readonly #epochs = new Map<number | undefined, Line[]>();

  add(line: Line): void {
    if (line.event !== "epoch") return void this.#others.push(line);
    const own = this.#epochs.get(line.network) ?? [];
    own.push(line);
    this.#epochs.set(line.network, own.length <= MOST ? own : own.filter((_, i) => i % 2 === 0));
  }

  /** Of each network in order. */
  get all(): readonly Line[] {
    return [...this.#others, ...[...this.#epochs.values()].flat()];
  }
}
