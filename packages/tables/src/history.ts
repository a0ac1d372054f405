/** What a training on a table tells as it goes, and what is kept of it. */
import type { FitEvent, LayerFlow } from "@chaingrad/core";

/** Which of the networks of a training an event is of. */
export interface OfNetwork {
  /** From 1, and of how many, as far as is known. */
  readonly network?: { readonly number: number; readonly of: number } | undefined;
}

/** An event of `fit`, and of which network it is, where there are several. */
export type TableEvent = FitEvent & OfNetwork;

/** From which epoch on somebody had the rate multiplied by something else (`rateFactor`). */
export interface RateTurn {
  /** From 1. */
  readonly network: number;
  /** The first one with it, from 1. */
  readonly epoch: number;
  readonly factor: number;
}

/** The losses of every epoch, the gradient's flow wherever it was measured, and turns of the rate. */
export interface History {
  /** Of several networks the first. */
  readonly epochs: readonly {
    readonly epoch: number;
    readonly loss: number;
    readonly validation: number | undefined;
  }[];
  /** Of several networks the first. Epoch 0 is before the first step. */
  readonly flow: readonly { readonly epoch: number; readonly layers: readonly LayerFlow[] }[];
  /** Of all networks; empty where nobody turned the rate. */
  readonly turns: readonly RateTurn[];
}

/** Keeps what it is told, in its order. */
export class HistoryRecorder implements History {
  readonly epochs: History["epochs"][number][] = [];
  readonly flow: History["flow"][number][] = [];
  readonly turns: RateTurn[] = [];
  readonly #factors = new Map<number, number>();

  add(event: TableEvent): void {
    const network = event.network?.number ?? 1;
    const earlier = event.type === "start" ? event.earlier : undefined;
    for (const [i, factor] of earlier?.rateFactor?.entries() ?? []) this.#turn(network, i + 1, factor);
    if (event.type === "epoch") this.#turn(network, event.epoch, event.rateFactor ?? 1);
    if (network > 1) return;
    for (const [i, loss] of earlier?.loss.entries() ?? [])
      this.epochs.push({ epoch: i + 1, loss, validation: earlier?.validation?.[i] });
    if (event.type === "start" && event.flow) this.flow.push({ epoch: 0, layers: event.flow });
    if (event.type !== "epoch") return;
    const { epoch, loss, validation, flow } = event;
    this.epochs.push({ epoch, loss, validation: validation?.loss });
    if (flow) this.flow.push({ epoch, layers: flow });
  }

  #turn(network: number, epoch: number, factor: number): void {
    if (factor === (this.#factors.get(network) ?? 1)) return;
    this.#factors.set(network, factor);
    this.turns.push({ network, epoch, factor });
  }
}
