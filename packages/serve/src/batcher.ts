/**
 * Requests that come at the same time are predicted together. What has come in one turn of the event loop is one batch, unless
 * others are still coming: those are waited for, and never longer than the delay. A request that is alone waits for nobody.
 */
import type { BatchPredictor, EncodedTable, PredictedTable } from "@chaingrad/tables/serving";

interface Waiting {
  readonly table: EncodedTable;
  readonly done: (predicted: PredictedTable) => void;
  readonly fail: (error: unknown) => void;
}

/** How long, how many, and who is told. */
export interface BatcherOptions {
  /** Milliseconds. */
  readonly delay: number;
  readonly rows: number;
  /** Requests that may come to wait, those that wait already among them. */
  readonly underWay: () => number;
  /** Called with the rows of each batch. */
  readonly onBatch: (rows: number) => void;
}

/** One for each model: what was encoded for a model is predicted by it, whatever is loaded meanwhile. */
export class Batcher {
  readonly #predictor: BatchPredictor;
  readonly #options: BatcherOptions;
  #waiting: Waiting[] = [];
  #rows = 0;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(predictor: BatchPredictor, options: BatcherOptions) {
    this.#predictor = predictor;
    this.#options = options;
  }

  predict(table: EncodedTable): Promise<PredictedTable> {
    return new Promise((done, fail) => {
      this.#waiting.push({ table, done, fail });
      this.#rows += table.rows;
      if (this.#rows >= this.#options.rows) return this.#flush();
      this.#timer ??= setTimeout(() => this.#flush(), this.#options.delay);
      this.#turn ??= setImmediate(() => this.#endTurn());
    });
  }

  #endTurn(): void {
    this.#turn = undefined;
    if (this.#waiting.length >= this.#options.underWay()) this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [waiting, rows] = [this.#waiting, this.#rows];
    [this.#waiting, this.#rows] = [[], 0];
    if (waiting.length === 0) return;
    try {
      const predicted = this.#predictor.predict(waiting.map(({ table }) => table));
      for (const [i, { done }] of waiting.entries()) done(predicted[i]);
      this.#options.onBatch(rows);
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  }
}
