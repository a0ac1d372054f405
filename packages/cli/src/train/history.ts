/** What a report shows of training: the losses of every epoch, and the gradient's flow wherever it was measured. */
import type { EpochEvent, FitEvent } from "@chaingrad/core";
import type { History } from "@chaingrad/view/report";

/** Passes events on and keeps what a report needs of them. */
export async function* recorded<Result>(
  events: AsyncGenerator<FitEvent, Result, void>,
  into: { epochs: History["epochs"][number][]; flow: History["flow"][number][] },
): AsyncGenerator<FitEvent, Result, void> {
  for (;;) {
    const { done, value: event } = await events.next();
    if (done) return event;
    if (event.type === "start" && event.flow) into.flow.push({ epoch: 0, layers: event.flow });
    if (event.type === "epoch") keep(event, into);
    yield event;
  }
}

function keep({ epoch, loss, validation, flow }: EpochEvent, into: Parameters<typeof recorded>[1]): void {
  into.epochs.push({ epoch, loss, validation: validation?.loss });
  if (flow) into.flow.push({ epoch, layers: flow });
}
