/** A network as one C99 file: tensors are arrays of double, values live on the stack, and everything is a loop over them. */
import { choice, type Dialect, forLoop, formulas, helpersOf } from "./dialect.ts";
import type { Line, Named } from "./emission.ts";
import { fill, rowsOf } from "./literals.ts";
import { Loops } from "./loops.ts";
import { includes, type Parts } from "./parts.ts";
import { atom, indent, sizeText, strength, type Text } from "./text.ts";
import type { Value } from "./value.ts";
import { wrap } from "./wrap.ts";

const COMMENT_WIDTH = 110;
const CODE_WIDTH = 100;

const number = (value: number): Text => {
  const text = Number.isNaN(value)
    ? "NAN"
    : Object.is(value, -0)
      ? "-0.0"
      : String(value).replace("Infinity", "INFINITY");
  return {
    text: /^-?\d+$/.test(text) ? `${text}.0` : text,
    binds: text.startsWith("-") ? strength.sign : strength.atom,
  };
};

const typeOf = ({ dtype }: Pick<Value, "dtype">): string => (dtype === "i32" ? "int" : "double");
const places = (index: readonly string[]): string => index.map((place) => `[${place}]`).join("");
const dimensions = ({ shape }: Value): string => places(shape.map((size) => sizeText(size).text));

const dialect: Dialect = {
  number,
  elementwise: formulas({
    number,
    equal: "==",
    unequal: "!=",
    language: "c",
  }),
  comment: (text) => wrap(text, COMMENT_WIDTH, "// ").split("\n"),
  choose: choice,
  cast: (x, from, to) => (from === to ? x : atom(`(${to === "i32" ? "int" : "double"})(${x.text})`)),
  constant: (name, text) => `const double ${name} = ${text};`,
  variable: (name, text) => `double ${name} = ${text};`,
  array: (name, value) => `${typeOf(value)} ${name}${dimensions(value)};`,
  // An array has one name.
  alias: () => [],
  at: (name, index) => `${name}${places(index)}`,
  flat: (name, place, dtype) => `((const ${typeOf({ dtype })} *)${name})[${place}]`,
  literal: (values, place, dtype) => {
    const numbers = Array.from(values, (value) => (dtype === "i32" ? String(value) : number(value).text));
    return `((const ${typeOf({ dtype })}[]){${numbers.join(", ")}})[${place}]`;
  },
  loop: (variable, size, lines) => forLoop(`for (int ${variable} = 0; ${variable} < ${size}; ${variable}++)`, lines),
};

/** Functions that math.h has not, or has otherwise: fmax hides a NaN. */
const HELPERS: Readonly<Record<string, string>> = {
  relu: `/* x where it is positive, else 0. */
static double relu(double x) { return x < 0.0 ? 0.0 : x; }`,
  sign: `/* -1, 0 or 1. */
static double sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; }`,
  maximum: `/* The larger; NaN if either is. */
static double maximum(double a, double b) { return isnan(a) || a > b ? a : b; }`,
  minimum: `/* The smaller; NaN if either is. */
static double minimum(double a, double b) { return isnan(a) || a < b ? a : b; }`,
  sigmoid: `/* 1 / (1 + e^-x), without overflow. */
static double sigmoid(double x) { return x >= 0.0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x)); }`,
  softplus: `/* ln(1 + e^x), without overflow. */
static double softplus(double x) { return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x))); }`,
};

export function c(parts: Parts): string {
  const data = ["#include <math.h>", types(parts), ...statistics(parts)];
  const body = [
    forward(parts),
    predict(parts),
    ...(includes(parts, "gradients") ? [gradients(parts)] : []),
    ...(includes(parts, "training-step") ? [trainingStep(parts)] : []),
  ].join("\n\n");
  const head = [...parts.description, stack(parts)].map((text) => wrap(text, COMMENT_WIDTH, "// ")).join("\n//\n");
  return `${[head, ...data, ...helpersOf(body, HELPERS), body, weights(parts)].join("\n\n")}\n`;
}

/** What many systems give a program. */
const USUAL_STACK = 8 * 2 ** 20;

/** Wide networks reach the end of a stack soon, and a program that does crashes: how many rows fit is told. */
function stack(parts: Parts): string {
  const { forward, gradients, parameters, xGradient } = parts.emission;
  const written = new Set<Line>(parameters.map(({ gradient }) => gradient));
  if (!includes(parts, "training-step")) written.add(xGradient);
  const back = includes(parts, "gradients") ? gradients.filter((line) => !written.has(line)) : [];
  const elements = ({ value: { shape } }: Line, rows: number): number =>
    shape.reduce((product, { perRow, plus }) => product * (perRow * rows + plus), 1);
  const numbers = [...forward, ...back].reduce((sum, line) => sum + elements(line, 2) - elements(line, 1), 0);
  const bytes = numbers * Float64Array.BYTES_PER_ELEMENT;
  return (
    "C99, with the mathematics library (-lm). Nothing is allocated: all values of a batch are arrays on the stack, about " +
    `${bytes} bytes for each row, so rows is at least 1, and at most about ${Math.floor(USUAL_STACK / bytes)} where the ` +
    "stack has 8 MB. More rows are given in parts."
  );
}

const types = ({ emission: { parameters } }: Parts): string =>
  [
    "/* One number for every parameter; a gradient has the same form. */",
    "typedef struct {",
    ...parameters.map(({ name, value }) => `  double ${name}${dimensions(value)};`),
    "} Parameters;",
  ].join("\n");

function array({ tensors }: Parts, tensor: string): string {
  const { values, shape } = tensors[tensor];
  const rows = rowsOf(values, shape).map((row) => row.map((value) => number(value).text));
  const braced = rows.map((row, i) => {
    const lines = fill(row);
    const own = `{${lines.join("\n     ")}}`;
    return shape.length < 2 ? own : `    ${own}${i === rows.length - 1 ? "" : ","}`;
  });
  return shape.length < 2 ? braced[0] : `{\n${braced.join("\n")}\n  }`;
}

function weights(parts: Parts): string {
  const fields = parts.emission.parameters.map(({ name, tensor }) => `  .${name} = ${array(parts, tensor)},`);
  return ["const Parameters weights = {", ...fields, "};"].join("\n");
}

const statistics = (parts: Parts): string[] =>
  parts.emission.statistics.map(
    ({ name, tensor, value }) => `static const double ${name}${dimensions(value)} = ${array(parts, tensor)};`,
  );

interface Function {
  readonly doc: string;
  readonly type: string;
  readonly name: string;
  readonly takes: readonly string[];
  readonly lines: readonly string[];
}

const write = ({ doc, type, name, takes, lines }: Function): string => {
  const head = fill([...takes.slice(0, -1), `${takes.at(-1)})`], CODE_WIDTH - type.length - name.length);
  return [`/* ${doc} */`, `${type} ${name}(${head.join("\n    ")} {`, ...indent(lines, "  "), "}"].join("\n");
};

const given = ({ name, value }: Named): string => `const ${typeOf(value)} ${name}${dimensions(value)}`;
const isScalar = ({ value }: Named): boolean => value.shape.length === 0;
const result = (line: Named): string => `double ${isScalar(line) ? "*" : ""}${line.name}${dimensions(line.value)}`;

/** A call of forward, and the arrays that it fills. */
function forwardCall({ emission: { x, forward: lines } }: Parts, but?: Line): string[] {
  const values = lines.map((line) => `${isScalar(line) ? "&" : ""}${line.name}`);
  const call = fill(["forward(p", "rows", x.name, ...values], CODE_WIDTH).join("\n    ");
  return [...lines.filter((line) => line !== but).map(({ name, value }) => dialect.array(name, value)), `${call});`];
}

function loopsOf(parts: Parts): Loops {
  const { x, target, parameters, statistics } = parts.emission;
  const loops = new Loops(dialect, parts.names);
  for (const { value, name } of [x, target, ...statistics]) loops.bind(value, name);
  for (const { value, name } of parameters) loops.bind(value, `p->${name}`);
  return loops;
}

/** Without the empty line before the first. */
const trimmed = (lines: readonly string[]): readonly string[] => (lines[0] === "" ? lines.slice(1) : lines);

function forward(parts: Parts): string {
  const { x, forward: lines } = parts.emission;
  const loops = loopsOf(parts);
  for (const line of lines) loops.define(line, isScalar(line) ? `(*${line.name})` : line.name);
  return write({
    doc: `All values of the forward pass; ${lines.at(-1)?.name} are the outputs.`,
    type: "void",
    name: "forward",
    takes: ["const Parameters *p", "int rows", given(x), ...lines.map(result)],
    lines: trimmed(loops.lines),
  });
}

function predict(parts: Parts): string {
  const { x, forward: lines, prediction } = parts.emission;
  const outputs = lines.at(-1) as Line;
  const takes = ["const Parameters *p", "int rows", given(x), result(prediction ?? outputs)];
  const loops = loopsOf(parts);
  if (prediction !== undefined) {
    loops.bind(prediction.outputs, outputs.name);
    loops.define(prediction, prediction.name);
  }
  const own = prediction === undefined ? forwardCall(parts, outputs) : [...forwardCall(parts), ...loops.lines];
  const doc = "What the network says of x, in the target's own terms.";
  return write({ doc, type: "void", name: "predict", takes, lines: own });
}

function gradients(parts: Parts): string {
  const { x, target, parameters, forward: before, gradients: lines, loss, xGradient } = parts.emission;
  const loops = loopsOf(parts);
  for (const { name, value } of before) loops.bind(value, name);
  const storage = new Map<Line, string>(parameters.map(({ name, gradient }) => [gradient, `gradient->${name}`]));
  storage.set(xGradient, xGradient.name);
  for (const line of lines) loops.define(line, storage.get(line));
  return write({
    doc: "Returns the loss of the targets; writes its derivative by every parameter and by x.",
    type: "double",
    name: "gradients",
    takes: ["const Parameters *p", "int rows", given(x), given(target), "Parameters *gradient", result(xGradient)],
    lines: [...forwardCall(parts), ...loops.lines, "", `return ${loss.name};`],
  });
}

function trainingStep(parts: Parts): string {
  const { x, target, rate, parameters, loss, xGradient } = parts.emission;
  const loops = loopsOf(parts);
  loops.bind(rate.value, rate.name);
  for (const { name, slope } of parameters) loops.bind(slope, `gradient.${name}`);
  for (const { name, next } of parameters) loops.define(next, `p->${name}`);
  const call = `gradients(p, rows, ${x.name}, ${target.name}, &gradient, ${xGradient.name})`;
  return write({
    doc: "One step of gradient descent with the learning rate η, in place; returns the loss before it.",
    type: "double",
    name: "training_step",
    takes: ["Parameters *p", "int rows", given(x), given(target), `double ${rate.name}`],
    lines: [
      "Parameters gradient;",
      dialect.array(xGradient.name, xGradient.value),
      `const double ${loss.name} = ${call};`,
      ...loops.lines,
      "",
      `return ${loss.name};`,
    ],
  });
}
