/** A NET.json and a BATCH.json that fit each other. */

/** 3-5-2 with a hidden layer without bias. */
export const NET = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh", bias: false },
    { units: 2, activation: "identity" },
  ],
  loss: "softmax-cross-entropy",
  weights: {
    W1: Array.from({ length: 5 }, (_, i) => [i / 10, -0.3, 0.2]),
    W2: [
      [1, 0, -1, 0.5, 2],
      [0, 1, 0.3, -1, 1],
    ],
    b2: [0.1, 0],
  },
};
export const BATCH = { x: [[1, 2, 3]], y: [1] };
