/** A network as one Python file that needs NumPy and nothing else. */
import { helpersOf } from "./dialect.ts";
import type { Line, Named } from "./emission.ts";
import { fill, rowsOf } from "./literals.ts";
import { Arrays, number } from "./numpy.ts";
import { includes, type Parts } from "./parts.ts";
import { indent, sizeText } from "./text.ts";
import type { Value } from "./value.ts";
import { wrap } from "./wrap.ts";

const COMMENT_WIDTH = 110;

const comment = (text: string): string[] => wrap(text, COMMENT_WIDTH, "# ").split("\n");

/** Functions that NumPy has not. */
const HELPERS: Readonly<Record<string, string>> = {
  erf: `# 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x, of every element.
erf = np.vectorize(math.erf, otypes=[float])`,
  sigmoid: `def sigmoid(x):
    """1 / (1 + e^-x), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)`,
  logsumexp: `def logsumexp(x, axis):
    """ln of the sum of e^x along an axis, without overflow."""
    most = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(most, axis=axis) + np.log(np.sum(np.exp(x - most), axis=axis))`,
  scatter: `def scatter(y, target, rows):
    """Rows of y added up by where they go: row r of y to row target[r] of the result."""
    result = np.zeros((rows,) + y.shape[1:])
    np.add.at(result, target, y)
    return result`,
  strided: `def strided(x, offset, shape, strides):
    """The elements of x, counted through, at offset + the sum of index * stride along each axis of shape."""
    places = offset + sum(stride * index for stride, index in zip(strides, np.indices(shape)))
    return x.reshape(-1)[places]`,
  placed: `def placed(shape, *pieces):
    """Zeros of this shape, and on them pieces, each as (where it starts, what it is)."""
    result = np.zeros(shape)
    for starts, piece in pieces:
        result[tuple(slice(start, start + size) for start, size in zip(starts, piece.shape))] = piece
    return result`,
};

export function python(parts: Parts): string {
  const body = [
    forward(parts),
    predict(parts),
    ...(includes(parts, "gradients") ? [gradients(parts)] : []),
    ...(includes(parts, "training-step") ? [trainingStep(parts)] : []),
  ].join("\n\n\n");
  const helpers = helpersOf(body, HELPERS);
  const imports = [...(helpers.some((text) => text.includes("math.")) ? ["import math\n"] : []), "import numpy as np"];
  const head = parts.description.map((text) => comment(text).join("\n")).join("\n#\n");
  const data = [weights(parts), ...statistics(parts)].join("\n\n");
  return `${head}\n\n${imports.join("\n")}\n\n\n${[...helpers, body, data].join("\n\n\n")}\n`;
}

function array({ tensors }: Parts, tensor: string): string {
  const { values, shape } = tensors[tensor];
  const rows = rowsOf(values, shape).map((row) => fill(row.map((value) => number(value).text)).join("\n         "));
  const inner = shape.length < 2 ? `[${rows[0]}]` : `[\n${rows.map((row) => `        [${row}],`).join("\n")}\n    ]`;
  return `np.array(${inner}, dtype=float)`;
}

function weights(parts: Parts): string {
  const fields = parts.emission.parameters.map(({ name, tensor }) => `    "${name}": ${array(parts, tensor)},`);
  return ["weights = {", ...fields, "}"].join("\n");
}

const statistics = (parts: Parts): string[] =>
  parts.emission.statistics.map(({ name, tensor }) => `${name} = ${array(parts, tensor)}`);

interface Function {
  readonly doc: string;
  readonly head: string;
  readonly lines: readonly string[];
  readonly result: string;
}

const write = ({ doc, head, lines, result }: Function): string =>
  [`def ${head}:`, ...indent([`"""${doc}"""`, ...lines, `return ${result}`], "    ")].join("\n");

/** A function's body over the network's inputs and parameters. */
function body(parts: Parts, lines: readonly Line[], more: readonly Named[] = []): string[] {
  const { x, target, parameters, statistics } = parts.emission;
  const arrays = new Arrays(parts.names);
  for (const { value, name } of [x, target, ...parameters, ...statistics, ...more]) arrays.bind(value, name);
  for (const line of lines) arrays.define(line, comment(line.comment));
  return arrays.lines;
}

const uses = (lines: readonly string[], name: string): boolean => {
  const word = new RegExp(`(?<![\\w."])${name}\\b`);
  return lines.some((line) => !line.startsWith("#") && word.test(line));
};

const takenApart = (names: readonly string[], from: string, lines: readonly string[]): string[] =>
  names.filter((name) => uses(lines, name)).map((name) => `${name} = ${from}["${name}"]`);

const rowsLine = ({ emission: { x } }: Parts, lines: readonly string[]): string[] =>
  uses(lines, "rows") ? [`rows = len(${x.name})`] : [];

const shapeOf = ({ shape }: Value): string => `[${shape.map((size) => sizeText(size).text).join(", ")}]`;
const dictionary = (items: readonly (readonly [string, string])[]): string =>
  `{${items.map(([name, value]) => `"${name}": ${value}`).join(", ")}}`;

function forward(parts: Parts): string {
  const { x, parameters, forward: lines } = parts.emission;
  const own = body(parts, lines);
  const taken = takenApart(
    parameters.map(({ name }) => name),
    "parameters",
    own,
  );
  return write({
    doc: `All values of the forward pass, of x ${shapeOf(x.value)}; ${lines.at(-1)?.name} are the outputs.`,
    head: `forward(parameters, ${x.name})`,
    lines: [...taken, ...rowsLine(parts, own), ...own, ""],
    result: dictionary(lines.map(({ name }) => [name, name])),
  });
}

function predict(parts: Parts): string {
  const { x, forward: lines, prediction } = parts.emission;
  const outputs = lines.at(-1) as Line;
  const doc = `What the network says of x ${shapeOf(x.value)}, in the target's own terms: ${shapeOf(outputs.value)}.`;
  const head = `predict(parameters, ${x.name})`;
  const call = `forward(parameters, ${x.name})["${outputs.name}"]`;
  if (prediction === undefined) return write({ doc, head, lines: [], result: call });
  const own = body(parts, [prediction], [{ name: outputs.name, value: prediction.outputs }]);
  const before = [...rowsLine(parts, own), `${outputs.name} = ${call}`];
  return write({ doc, head, lines: [...before, ...own, ""], result: prediction.name });
}

function gradients(parts: Parts): string {
  const { x, target, parameters, forward: before, gradients: lines, loss, xGradient } = parts.emission;
  const own = body(parts, lines, before);
  const values = before.map(({ name }) => name);
  const taken = [
    ...takenApart(
      parameters.map(({ name }) => name),
      "parameters",
      own,
    ),
    ...rowsLine(parts, own),
    `values = forward(parameters, ${x.name})`,
    ...takenApart(values, "values", own),
  ];
  const slopes = dictionary(parameters.map(({ name, gradient }) => [name, gradient.name]));
  return write({
    doc: `The loss of targets ${shapeOf(target.value)}, and its derivative by every parameter and by x.`,
    head: `gradients(parameters, ${x.name}, ${target.name})`,
    lines: [...taken, ...own, "", `gradient = ${slopes}`],
    result: `${loss.name}, gradient, ${xGradient.name}`,
  });
}

function trainingStep(parts: Parts): string {
  const { x, target, rate, parameters, loss } = parts.emission;
  const stored = parameters.flatMap(({ name, value, slope }) => [
    { name: `parameters["${name}"]`, value },
    { name: `gradient["${name}"]`, value: slope },
  ]);
  const own = body(
    parts,
    parameters.map(({ next }) => next),
    [...stored, rate],
  );
  const next = dictionary(parameters.map((parameter) => [parameter.name, parameter.next.name]));
  return write({
    doc: "One step of gradient descent with the learning rate η: the loss before it, and the next parameters.",
    head: `training_step(parameters, ${x.name}, ${target.name}, ${rate.name})`,
    lines: [`${loss.name}, gradient, _ = gradients(parameters, ${x.name}, ${target.name})`, ...own, ""],
    result: `${loss.name}, ${next}`,
  });
}
