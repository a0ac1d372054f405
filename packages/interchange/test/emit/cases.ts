/** Networks that between them use every activation, loss and kernel, with their numbers and what the engine makes of them. */
import {
  abs,
  add,
  atan,
  broadcast,
  cast,
  concat,
  constant,
  cos,
  cumulativeLogits,
  div,
  type Expr,
  equal,
  erf,
  evaluate,
  exp,
  expm1,
  floor,
  gatherRows,
  heads,
  initialParameters,
  input,
  type LayerSpec,
  label,
  lessEqual,
  log,
  log1p,
  losses,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  normalAt,
  outputsOf,
  pad,
  parametersOf,
  pow,
  program,
  quantiles,
  reciprocal,
  referenceEngine,
  reshape,
  sign,
  sin,
  slice,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  tan,
  transpose,
  where,
} from "@chaingrad/core";
import { type Batch, computeGradients, type Net, randomBatch, type WeightedNet } from "@chaingrad/core/net";
import { NET_ACTIVATIONS, NET_LOSSES } from "../../src/net-document.ts";

export interface Case {
  readonly name: string;
  readonly opened: WeightedNet;
  readonly batches: readonly Batch[];
}

type Values = Readonly<Record<string, readonly number[]>>;

export const RATE = 0.1;
/** None of them the row count that a graph is built with. */
const ROWS = [1, 5];

/** Every elementwise kernel, of arguments that each takes. */
function elementwise(z: Expr): Expr {
  const size = add(0.5, abs(z));
  const terms = [sin(z), cos(z), tan(mul(0.1, z)), atan(z), expm1(z), log1p(abs(z)), log(size), sqrt(size)];
  terms.push(reciprocal(size), pow(size, 1.5), pow(1.5, z), floor(z), sign(z), lessEqual(z, 0.1), equal(z, z));
  terms.push(where(lessEqual(0, z), square(z), neg(z)), maximum(z, 0.2), minimum(z, size), div(z, size), erf(z));
  terms.push(softplus(z), exp(neg(square(z))), where(floor(z), z, sub(1, z)));
  return terms.reduce((a, b) => add(a, b));
}

/** Every op that moves elements, and those that choose by index. */
function moves(z: Expr): Expr {
  const [rows, units] = z.type.shape;
  const [left, right] = [slice(z, [0, 0], [rows, 2]), slice(z, [0, 2], [rows, units - 2])];
  const turned = concat([right, left], 1);
  const order = constant([3, 0, 2, 1, 0], [units], "i32");
  const chosen = transpose(gatherRows(transpose(turned), order));
  const padded = pad(right, [0, 1], [rows, units]);
  const flat = reshape(mul(reshape(z, [rows * units]), 0.5), [rows, units]);
  const whole = stopGradient(cast(cast(mul(3, z), "i32"), "f64"));
  const largest = broadcast(max(z, [1]), z.type.shape, [0]);
  return [chosen, padded, flat, whole, largest].reduce((a, b) => add(a, square(b)));
}

/** Normalised by the batch's own statistics, and by its size: numbers that depend on how many rows there are. */
function overRows(z: Expr): Expr {
  const [rows] = z.type.shape;
  const centred = sub(z, mean(z, [0]));
  const scaled = div(centred, sqrt(add(mean(square(centred), [0]), 0.1)));
  return add(mul(scaled, 1 / (3 * rows)), mul(rows, z));
}

/** Parts whose symbols are keywords somewhere, or names that programs use themselves. */
function named(z: Expr): Expr {
  const symbols = [
    "for",
    "lambda",
    "double",
    "rows",
    "i",
    "sum",
    "total",
    "weights",
    "y1",
    "t",
    "h1′",
    "é(2)",
    "np",
    "L",
  ];
  return symbols.reduce((value, symbol) => add(z, label(sin(value), symbol)), z);
}

const hidden = (activation: LayerSpec["activation"], more: Partial<LayerSpec> = {}): LayerSpec[] => [
  { units: 5, activation, ...more },
  { units: 2, activation: "identity" },
];

function made(name: string, layers: readonly LayerSpec[], more: Partial<Net["objective"]> = {}): Case {
  const network = { inputs: 3, layers };
  const objective: Net["objective"] = { loss: losses["mean-squared-error"](), ...more };
  const drawn = Object.entries(initialParameters(network, 1)).map(([tensor, values], stream) => [
    tensor,
    values.map((value, i) => value + 0.1 * normalAt([7, 7], stream, i)),
  ]);
  const statistics = layers.flatMap(({ normalisation, units }, i) =>
    normalisation === "batch"
      ? [
          [`mean${i + 1}`, new Float64Array(units).map((_, j) => 0.1 * j - 0.2)],
          [`variance${i + 1}`, new Float64Array(units).map((_, j) => 0.5 + j)],
        ]
      : [],
  );
  const tensors = Object.fromEntries([...drawn, ...statistics]);
  const opened: WeightedNet = { network, objective, tensors, origin: "given" };
  return { name, opened, batches: ROWS.map((rows) => randomBatch(network, objective.loss, rows, 3)) };
}

const crossEntropy = losses["softmax-cross-entropy"];

export const CASES: readonly Case[] = [
  ...NET_ACTIVATIONS.map((activation) => made(`activation ${activation}`, hidden(activation))),
  ...NET_LOSSES.map((name) => made(`loss ${name}`, hidden("tanh"), { loss: losses[name]() })),
  made("losses with options: smoothing", hidden("tanh"), { loss: crossEntropy({ labelSmoothing: 0.1 }) }),
  made("losses with options: huber", hidden("tanh"), { loss: losses.huber({ delta: 0.3 }) }),
  made("losses with options: quantile", hidden("tanh"), { loss: losses.quantile({ quantile: 0.2 }) }),
  made("quantiles that do not cross", hidden("tanh"), { loss: quantiles({ quantiles: [0.2, 0.7] }) }),
  made("classes in an order", hidden("tanh"), { loss: cumulativeLogits() }),
  made("heads", [{ units: 5, activation: "identity" }], {
    loss: heads([
      { loss: losses.huber(), outputs: 1, weight: 2 },
      { loss: crossEntropy(), outputs: 2, weight: 0.5 },
      { loss: losses.poisson(), outputs: 1, offset: true },
      { loss: losses["binary-cross-entropy"](), outputs: 1 },
    ]),
  }),
  made("a sum over the rows", hidden("silu"), { reduction: "sum", loss: crossEntropy() }),
  made("regularisers", hidden("elu"), { l1: 0.03, l2: 0.2 }),
  made("layer norm", hidden("gelu", { normalisation: "layer" }), { loss: crossEntropy() }),
  made("batch norm and dropout", hidden("relu", { normalisation: "batch", dropout: 0.2 })),
  made("one layer, one output", [{ units: 1, activation: "sigmoid" }]),
  made("one layer without bias", [{ units: 4, activation: "identity", bias: false }], { loss: crossEntropy() }),
  made("three layers", [
    { units: 4, activation: "tanh" },
    { units: 1, activation: "softplus", bias: false },
    { units: 2, activation: "tanh" },
  ]),
  made("softmax inside and outside", [
    { units: 4, activation: "softmax" },
    { units: 3, activation: "softmax" },
  ]),
  made("parameters that learn at rates of their own", hidden("mish", { rates: { weight: 0.25, bias: 3 } })),
  made("a scale before the rest", [{ kind: "scale", units: 3, activation: "identity" }, ...hidden("tanh")]),
  made(
    "members in groups",
    [
      { units: 6, activation: "tanh" },
      { units: 9, activation: "mish", groups: 3 },
      { units: 6, activation: "identity", groups: 3 },
    ],
    { loss: losses.members({ members: 3, of: "softmax-cross-entropy" }) },
  ),
  made(
    "members for amounts",
    [
      { units: 4, activation: "tanh" },
      { units: 4, activation: "identity", groups: 2 },
    ],
    { loss: losses.members({ members: 2, of: "poisson" }) },
  ),
  made("numbers as waves", [
    { kind: "periodic", units: 9, activation: "tanh", features: [2, 0], frequencies: 3 },
    { units: 2, activation: "identity" },
  ]),
  made("numbers in bins, and slopes", [
    { kind: "piecewise-linear", units: 6, activation: "identity", features: [1], edges: [[-1, 0, 0.5, 2]] },
    { units: 3, activation: "mish", slopes: true, rates: { slope: 0.1 } },
    { units: 2, activation: "identity" },
  ]),
  made("embedded categories", [
    { kind: "embedding", units: 7, activation: "identity", features: [2, 0], categories: [3, 4], dimension: 3 },
    { kind: "periodic", units: 9, activation: "identity", features: [0], frequencies: 5, dimension: 3 },
    { units: 2, activation: "identity" },
  ]),
  made("all elementwise kernels", hidden(elementwise)),
  made("all moves", hidden(moves)),
  made("numbers that depend on the rows", hidden(overRows)),
  made("names that mean something", hidden(named)),
];

/** What the reference engine computes of a batch: outputs, prediction, L, each derivative, each parameter after a step. */
export function expected(net: WeightedNet, batch: Batch): Values {
  const { loss, outputs, gradients } = computeGradients(net, net.tensors, batch, referenceEngine, "f64");
  const y = input("y", [batch.rows, outputsOf(net.network)], "f64");
  const predict = program("predict", [y], { p: net.objective.loss.predict?.(y) ?? y });
  const prediction = evaluate(referenceEngine, predict, { y: outputs.values }).p;
  const values = Object.entries(gradients).flatMap(([name, { values: slope }]): [string, number[]][] => {
    const gradient: [string, number[]] = [`gradient ${name}`, Array.from(slope)];
    if (name === "x") return [gradient];
    const { rate: factor = 1 } = parametersOf(net.network).find((tensor) => tensor.name === name) ?? {};
    return [gradient, [`next ${name}`, Array.from(net.tensors[name], (value, i) => value - factor * RATE * slope[i])]];
  });
  return {
    outputs: Array.from(outputs.values),
    prediction: Array.from(prediction),
    L: [loss],
    ...Object.fromEntries(values),
  };
}
