/** A budget in seconds: signals that end a training when its share of the time is over. */
export class Budget {
  readonly #seconds: number | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #started: number;

  /**
   * @param seconds > 0; without it only `signal` ends anything
   * @param elapsed seconds of it that had passed when a training was interrupted that goes on now
   */
  constructor(seconds: number | undefined, signal: AbortSignal | undefined, elapsed = 0) {
    this.#started = performance.now() - 1000 * elapsed;
    this.#seconds = seconds;
    this.#signal = signal;
  }

  /** What ends work that may go on until this share, in (0, 1], of the whole time has passed. */
  until(share: number): AbortSignal | undefined {
    if (this.#seconds === undefined) return this.#signal;
    const left = Math.max(0, this.#seconds * share * 1000 - (performance.now() - this.#started));
    // A timer would let what runs go on until its next pause, which may be an epoch away.
    const over = left < 1 ? AbortSignal.abort() : AbortSignal.timeout(Math.floor(left));
    return this.#signal === undefined ? over : AbortSignal.any([this.#signal, over]);
  }

  /** Whether the time is over, and nobody else ended the work. */
  get isOver(): boolean {
    const isPast = this.#seconds !== undefined && performance.now() - this.#started >= this.#seconds * 1000;
    return isPast && !this.#signal?.aborted;
  }
}
