/** What is kept of a training's events: the losses of every epoch, and the gradient's flow wherever it was measured. */
import type { FitEvent, LayerFlow } from "@chaingrad/core";

/** The losses of every epoch, and the gradient's flow wherever it was measured. */
export interface History {
  readonly epochs: readonly {
    readonly epoch: number;
    readonly loss: number;
    readonly validation: number | undefined;
  }[];
  /** Epoch 0 is before the first step. */
  readonly flow: readonly { readonly epoch: number; readonly layers: readonly LayerFlow[] }[];
}

/** Keeps what it is told, in its order. */
export class HistoryRecorder implements History {
  readonly epochs: History["epochs"][number][] = [];
  readonly flow: History["flow"][number][] = [];

  add(event: FitEvent): void {
    if (event.type === "start" && event.earlier) {
      const { loss, validation } = event.earlier;
      for (const [i, value] of loss.entries())
        this.epochs.push({ epoch: i + 1, loss: value, validation: validation?.[i] });
    }
    if (event.type === "start" && event.flow) this.flow.push({ epoch: 0, layers: event.flow });
    if (event.type !== "epoch") return;
    const { epoch, loss, validation, flow } = event;
    this.epochs.push({ epoch, loss, validation: validation?.loss });
    if (flow) this.flow.push({ epoch, layers: flow });
  }
}
