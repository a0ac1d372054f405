/** The two documents in words, for whoever writes one: an example, and what its fields mean. */

interface Form {
  /** A document, line by line. */
  readonly example: readonly string[];
  /** Fields that the example does not explain by itself. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The form of a NET.json, field by field, in words. */
export const NET_FORM: Form = {
  example: [
    '{"inputs": 3,',
    ' "layers": [{"units": 5, "activation": "tanh"},',
    '            {"units": 2, "activation": "identity", "bias": false}],',
    ' "loss": "softmax-cross-entropy", "reduction": "mean", "l2": 0,',
    ' "weights": {"W1": [[…]], "b1": […], "W2": [[…]]}}',
  ],
  fields: {
    weights: "W is [units, inputs of the layer], b is [units]",
    bias: "optional (true)",
    reduction: "mean or sum over the rows, optional (mean); a weighted mean divides by the sum of the weights",
    l2: "λ of λ/2 Σ W² over all W, optional (0)",
    labelSmoothing: "optional, of softmax-cross-entropy (0)",
    huberDelta: "optional, of huber (1)",
    quantile: "optional, of quantile (0.5)",
  },
};

/** The form of a BATCH.json, field by field, in words. */
export const BATCH_FORM: Form = {
  example: ['{"x": [[…], …], "y": [[…], …], "weight": […]}'],
  fields: {
    y: "for softmax-cross-entropy the class of each row, from 0; else a row of numbers for each row, or one number where there is one output. The cross-entropies take logits",
    weight: "optional (1 for each row)",
  },
};
