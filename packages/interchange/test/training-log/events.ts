/** Events as trainings tell them. */
import type { TableEvent } from "@chaingrad/tables";

type Of<Type extends TableEvent["type"]> = Extract<TableEvent, { readonly type: Type }>;

const network = { number: 2, of: 15 };

export const START: Of<"start"> = {
  ...{ type: "start", parameters: 21, rows: 80, stepsPerEpoch: 3, epochs: 40, engine: "wasm", threads: 1, network },
  describePlan: () => "a plan",
};

export const EPOCH: Of<"epoch"> = {
  ...{
    type: "epoch",
    epoch: 3,
    epochs: 40,
    rate: 0.01,
    rateFactor: 0.5,
    loss: 0.5,
    best: true,
    seconds: 0.25,
    network,
  },
  validation: { loss: 0.75, metrics: { accuracy: 0.875, auc: null } },
  flow: [
    {
      ...{ layer: 1, name: "hidden", delta: 2, gradient: 3, update: 0.125, dead: 0, saturated: 0.25 },
      jacobian: { largest: 1.5, smallest: null },
    },
  ],
};

export const END: Of<"end"> = {
  ...{ type: "end", stopped: "patience", epochs: 34, bestEpoch: 4, bestLoss: 0.25, seconds: 1.5, threads: 1 },
  model: undefined as never,
};
