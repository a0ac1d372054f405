/** A network as one TypeScript file: tensors are Float64Arrays, row by row, and everything is a loop over them. */
import { choice, type Dialect, forLoop, formulas, helpersOf } from "./dialect.ts";
import type { Line, Named } from "./emission.ts";
import { fill, rowsOf } from "./literals.ts";
import { Loops } from "./loops.ts";
import { includes, type Parts } from "./parts.ts";
import { countOf, rowMajor } from "./places.ts";
import { atom, indent, sizeText, strength, type Text } from "./text.ts";
import type { Value } from "./value.ts";
import { wrap } from "./wrap.ts";

const COMMENT_WIDTH = 110;

const number = (value: number): Text => {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, binds: text.startsWith("-") ? strength.sign : strength.atom };
};

const dialect: Dialect = {
  number,
  elementwise: formulas({
    number,
    equal: "===",
    unequal: "!==",
    language: "typescript",
  }),
  comment: (text) => wrap(text, COMMENT_WIDTH, "// ").split("\n"),
  choose: choice,
  cast: (x, from, to) => (to === "i32" && from !== "i32" ? atom(`Math.trunc(${x.text})`) : x),
  constant: (name, text) => `const ${name} = ${text};`,
  variable: (name, text) => `let ${name} = ${text};`,
  array: (name, { shape }) => `const ${name} = new Float64Array(${countOf(shape)});`,
  alias: (name, of) => [`const ${name} = ${of};`],
  at: (name, index, shape) => (shape.length === 0 ? name : `${name}[${rowMajor(index, shape)}]`),
  flat: (name, place) => `${name}[${place}]`,
  literal: (values, place) => `[${Array.from(values, (value) => number(value).text).join(", ")}][${place}]`,
  loop: (variable, size, lines) => forLoop(`for (let ${variable} = 0; ${variable} < ${size}; ${variable}++)`, lines),
};

/** Functions that Math has not. */
const HELPERS: Readonly<Record<string, string>> = {
  relu: `/** x where it is positive, else 0. */
const relu = (x: number): number => (x < 0 ? 0 : x);`,
  sigmoid: `/** 1 / (1 + e^-x), without overflow. */
function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}`,
  softplus: `/** ln(1 + e^x), without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}`,
  erf: `/** 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x: Abramowitz & Stegun, 7.1.6 near 0 and 7.1.14 beyond. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      total += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  let fraction = size;
  for (let n = 60; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction));
}`,
};

export function typescript(parts: Parts): string {
  const data = [weights(parts), ...statistics(parts)];
  const body = [
    forward(parts),
    predict(parts),
    ...(includes(parts, "gradients") ? [gradients(parts)] : []),
    ...(includes(parts, "training-step") ? [trainingStep(parts)] : []),
  ].join("\n\n");
  const head = parts.description.map((text) => wrap(text, COMMENT_WIDTH, "// ")).join("\n//\n");
  return `${[head, types(parts), ...helpersOf(body, HELPERS), body, ...data].join("\n\n")}\n`;
}

const types = ({ emission: { parameters }, tensors }: Parts): string =>
  [
    "/** Tensors are flat, row by row: element (i, j) of a matrix [m, n] is at i * n + j. */",
    "export interface Parameters {",
    ...parameters.map(({ name, tensor }) => `  /** [${tensors[tensor].shape.join(", ")}] */\n  ${name}: Float64Array;`),
    "}",
  ].join("\n");

function array({ tensors }: Parts, tensor: string): string {
  const { values, shape } = tensors[tensor];
  const lines = rowsOf(values, shape).flatMap((row) => fill([...row.map((value) => number(value).text), ""]));
  if (lines.length === 1) return `new Float64Array([${lines[0].replace(/, ?$/, "")}])`;
  return `new Float64Array([\n${indent(
    lines.map((line) => line.trimEnd()),
    "    ",
  ).join("\n")}\n  ])`;
}

function weights(parts: Parts): string {
  const fields = parts.emission.parameters.map(({ name, tensor }) => `  ${name}: ${array(parts, tensor)},`);
  return ["export const weights: Parameters = {", ...fields, "};"].join("\n");
}

const statistics = (parts: Parts): string[] =>
  parts.emission.statistics.map(({ name, tensor }) => `const ${name} = ${array(parts, tensor)};`);

interface Function {
  readonly doc: string;
  readonly head: string;
  readonly lines: readonly string[];
  readonly result: string;
}

const write = ({ doc, head, lines, result }: Function): string =>
  [`/** ${doc} */`, `export function ${head} {`, ...indent([...lines, "", `return ${result};`], "  "), "}"].join("\n");

/** A function's body over the network's inputs and parameters; only what is used is taken out of `parameters`. */
function body(parts: Parts, lines: readonly Line[], more: readonly Named[] = []): string[] {
  const { x, target, parameters, statistics } = parts.emission;
  const loops = new Loops(dialect, parts.names);
  for (const { value, name } of [x, target, ...parameters, ...statistics, ...more]) loops.bind(value, name);
  for (const line of lines) loops.define(line);
  return loops.lines;
}

const uses = (lines: readonly string[], name: string): boolean => {
  const word = new RegExp(`(?<![\\w.])${name}\\b`);
  return lines.some((line) => !line.trimStart().startsWith("//") && word.test(line));
};

function takenApart(names: readonly string[], from: string, lines: readonly string[]): string[] {
  const used = names.filter((name) => uses(lines, name));
  return used.length === 0 ? [] : [`const { ${used.join(", ")} } = ${from};`];
}

function rowsLine({ emission: { x } }: Parts, lines: readonly string[]): string[] {
  const width = x.value.shape[1].plus;
  return uses(lines, "rows") ? [`const rows = ${x.name}.length${width === 1 ? "" : ` / ${width}`};`] : [];
}

const shapeOf = ({ shape }: Value): string => `[${shape.map((size) => sizeText(size).text).join(", ")}]`;

function forward(parts: Parts): string {
  const { x, parameters, forward: lines } = parts.emission;
  const own = body(parts, lines);
  return write({
    doc: `All values of the forward pass, of x ${shapeOf(x.value)}; ${lines.at(-1)?.name} are the outputs.`,
    head: `forward(parameters: Parameters, ${x.name}: Float64Array)`,
    lines: [
      ...takenApart(
        parameters.map(({ name }) => name),
        "parameters",
        own,
      ),
      ...rowsLine(parts, own),
      ...own,
    ],
    result: `{ ${lines.map(({ name }) => name).join(", ")} }`,
  });
}

function predict(parts: Parts): string {
  const { x, forward: lines, prediction } = parts.emission;
  const outputs = lines.at(-1) as Line;
  const head = `predict(parameters: Parameters, ${x.name}: Float64Array): Float64Array`;
  const call = `forward(parameters, ${x.name})`;
  const doc = `What the network says of x ${shapeOf(x.value)}, in the target's own terms: ${shapeOf(outputs.value)}.`;
  if (prediction === undefined)
    return write({ doc, head, lines: [], result: `${call}.${outputs.name}` }).replace("\n\n", "\n");
  const own = body(parts, [prediction], [{ name: outputs.name, value: prediction.outputs }]);
  const taken = `const { ${outputs.name} } = ${call};`;
  return write({ doc, head, lines: [...rowsLine(parts, own), taken, ...own], result: prediction.name });
}

const targetType = ({ labels }: Parts): string => (labels ? "ArrayLike<number>" : "Float64Array");

function gradients(parts: Parts): string {
  const { x, target, parameters, forward: before, gradients: lines, loss, xGradient } = parts.emission;
  const own = body(parts, lines, before);
  const taken = [
    ...takenApart(
      parameters.map(({ name }) => name),
      "parameters",
      own,
    ),
    ...rowsLine(parts, own),
    ...takenApart(
      before.map(({ name }) => name),
      `forward(parameters, ${x.name})`,
      own,
    ),
  ];
  const slopes = parameters.map(({ name, gradient }) => `${name}: ${gradient.name}`).join(", ");
  return write({
    doc: `The loss of targets ${shapeOf(target.value)}, and its derivative by every parameter and by x.`,
    head: `gradients(parameters: Parameters, ${x.name}: Float64Array, ${target.name}: ${targetType(parts)})`,
    lines: [...taken, ...own, "", `const gradient: Parameters = { ${slopes} };`],
    result: `{ ${loss.name}, gradient, ${xGradient.name} }`,
  }).replace("\n\n  return", "\n  return");
}

function trainingStep(parts: Parts): string {
  const { x, target, rate, parameters, loss } = parts.emission;
  const slopes = parameters.map(({ name, slope }) => ({ name: `gradient.${name}`, value: slope }));
  const own = body(
    parts,
    parameters.map(({ next }) => next),
    [...slopes, rate],
  );
  const next = parameters.map((parameter) => `${parameter.name}: ${parameter.next.name}`).join(", ");
  const given = `${x.name}: Float64Array, ${target.name}: ${targetType(parts)}`;
  return write({
    doc: "One step of gradient descent with the learning rate η: the loss before it, and the next parameters.",
    head: `trainingStep(parameters: Parameters, ${given}, ${rate.name}: number)`,
    lines: [
      `const { ${parameters.map(({ name }) => name).join(", ")} } = parameters;`,
      `const { ${loss.name}, gradient } = gradients(parameters, ${x.name}, ${target.name});`,
      ...own,
      "",
      `const next: Parameters = { ${next} };`,
    ],
    result: `{ ${loss.name}, parameters: next }`,
  }).replace("\n\n  return", "\n  return");
}
