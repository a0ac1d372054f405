/** The update: what the optimizer makes of the gradient, from its own graph, with numbers. */
import { simplify } from "../../compile/simplify.ts";
import type { Expr } from "../../graph/expr.ts";
import { infix, type Notation, symbol } from "../../graph/notation.ts";
import { sizeOf } from "../../graph/type.ts";
import { mul } from "../../ops/ring.ts";
import { input } from "../../ops/source.ts";
import type { Explained, Numbers } from "../derivation/explained.ts";
import { formulaOf, repeatedParts, visibleOperands } from "../derivation/formula.ts";
import { type Block, equation, heading, paragraph, type Tensor } from "../document/document.ts";
import { gradientName, lossName } from "./shared.ts";

/** What the view needs of a first-order optimizer. */
export interface UpdateRule {
  readonly name: string;
  readonly state: Readonly<Record<string, number | "rate">>;
  update(
    param: Expr,
    gradient: Expr,
    state: Readonly<Record<string, Expr>>,
    hyper: { readonly rate: Expr; readonly step: Expr; readonly decay?: number },
  ): { readonly param: Expr; readonly state: Record<string, Expr> };
}

/** Which step of an optimizer is shown. */
export interface UpdateOptions {
  /** The learning rate, > 0. */
  readonly rate: number;
  /** Which step, from 1: those before it are made on the same rows (default 1). */
  readonly step?: number;
}

/** A step of the optimizer, for one parameter or for all, and what all of it does to the loss. */
export function updateView(of: Explained, rule: UpdateRule, options: UpdateOptions, parameter?: Expr): Block[] {
  const { rate, step = 1 } = options;
  const updates = of.problem.parameters.map((node) => updateOf(rule, node, rate));
  let at: Point = { gradients: of.numbers, numbers: startOf(updates, of) };
  for (let t = 1; t < step; t++) at = advance(of, updates, at, rate, t);
  const after = advance(of, updates, at, rate, step);
  const scalar = (value: number): Tensor => ({ shape: [], values: [value] });
  const L = lossName(of);
  return [
    heading("update", { optimizer: rule.name }),
    paragraph("update.why", { rate: symbol("η"), step: symbol("t"), gradient: symbol("g") }),
    equation(symbol("η"), [], { value: scalar(rate) }),
    equation(symbol("t"), [], { value: scalar(step) }),
    ...updates
      .filter(({ node }) => parameter === undefined || node === parameter)
      .flatMap((update) => ofParameter(of, update, at, rate, step)),
    paragraph("update.after"),
    equation(symbol(L), [], { value: scalar(lossAt(of, at)) }),
    equation(symbol(`${L}′`), [], { value: scalar(lossAt(of, after)) }),
  ];
}

/** One parameter's update as a program: its inputs are the parameter, "g", "η", "t" and the state. */
interface ParameterUpdate {
  readonly node: Expr;
  readonly name: string;
  readonly inputs: readonly Expr[];
  /** The next state, then the next parameter. */
  readonly outputs: Readonly<Record<string, Expr>>;
  readonly start: Readonly<Record<string, ArrayLike<number>>>;
}

function updateOf(rule: UpdateRule, node: Expr, rate: number): ParameterUpdate {
  const { shape, dtype } = node.type;
  const name = node.label as string;
  const state = Object.fromEntries(Object.keys(rule.state).map((key) => [key, input(key, shape, dtype)]));
  const [w, g] = [input(name, shape, dtype), input("g", shape, dtype)];
  const [eta, step] = [input("η", [], dtype), input("t", [], dtype)];
  // A parameter may learn at a multiple of the rate.
  const { rate: factor = 1, decay = 1 } = node.within ?? {};
  const next = rule.update(w, g, state, { rate: mul(factor, eta), step, decay });
  const inputs = [w, g, eta, step, ...Object.values(state)];
  const outputs = simplify({ name: "update", inputs, outputs: { ...next.state, [name]: next.param } }).outputs;
  const start = Object.entries(rule.state).map(([key, value]) => [
    key,
    new Float64Array(sizeOf(shape)).fill(value === "rate" ? factor * rate : value),
  ]);
  return { node, name, inputs, outputs, start: Object.fromEntries(start) };
}

/** Where training is: gradients by their names, and parameters and each one's state ("m of W1"). */
interface Point {
  readonly gradients: Numbers;
  readonly numbers: Numbers;
}

const stateName = (key: string, { name }: ParameterUpdate): string => (key === name ? name : `${key} of ${name}`);

function startOf(updates: readonly ParameterUpdate[], { numbers }: Explained): Numbers {
  const states = updates.flatMap((update) =>
    Object.entries(update.start).map(([key, values]) => [stateName(key, update), values] as const),
  );
  return { ...Object.fromEntries(updates.map(({ name }) => [name, numbers[name]])), ...Object.fromEntries(states) };
}

/** What the update of one parameter reads, by the names of its inputs. */
function inputsAt(of: Explained, update: ParameterUpdate, at: Point, rate: number, t: number): Numbers {
  const own = [update.name, ...Object.keys(update.start)].map((key) => [key, at.numbers[stateName(key, update)]]);
  return { ...Object.fromEntries(own), g: at.gradients[gradientName(of, update.node)], η: [rate], t: [t] };
}

function advance(of: Explained, updates: readonly ParameterUpdate[], at: Point, rate: number, t: number): Point {
  const next = updates.flatMap((update) => {
    const { inputs, outputs } = update;
    const found = of.compute(outputs, inputs, inputsAt(of, update, at, rate, t));
    return Object.keys(outputs).map((key) => [stateName(key, update), found[key]] as const);
  });
  const numbers = { ...at.numbers, ...Object.fromEntries(next) };
  const names = updates.map(({ node }) => gradientName(of, node));
  const wanted = Object.fromEntries(names.map((name) => [name, of.derivation.program.outputs[name]]));
  return { numbers, gradients: of.compute(wanted, of.derivation.program.inputs, numbers) };
}

const lossAt = (of: Explained, { numbers }: Point): number =>
  of.compute({ loss: of.problem.loss }, of.derivation.program.inputs, numbers).loss[0];

function ofParameter(of: Explained, update: ParameterUpdate, at: Point, rate: number, t: number): Block[] {
  const { node, name, inputs, outputs } = update;
  const numbers = inputsAt(of, update, at, rate, t);
  const given = (key: string, sides: readonly Notation[] = []): Block =>
    equation(symbol(key), sides, { value: { shape: node.type.shape, values: numbers[key] } });
  return [
    paragraph("update.of", { parameter: symbol(name) }),
    given(name),
    given("g", [infix("/", symbol(`∂${lossName(of)}`), symbol(`∂${name}`))]),
    ...Object.keys(update.start).map((key) => given(key)),
    ...steps(outputs, inputs, (shown) => of.compute(shown, inputs, numbers)),
  ];
}

type Compute = (outputs: Readonly<Record<string, Expr>>) => Readonly<Record<string, ArrayLike<number>>>;

/** Each next value by its formula: state first, then the parameter; a prime marks what is next. */
function steps(outputs: Readonly<Record<string, Expr>>, inputs: readonly Expr[], compute: Compute): Block[] {
  const symbols = new Map<Expr, Notation>(inputs.map((node) => [node, symbol(node.label as string)]));
  const named = new Set<Expr>([...inputs, ...Object.values(outputs)]);
  const repeated = repeatedParts(Object.values(outputs), named, 4);
  let parts = 0;
  const shown: { readonly symbol: Notation; readonly node: Expr; readonly formula: Notation }[] = [];
  const show = (node: Expr, name: string): void => {
    const formula = formulaOf(node, symbols);
    shown.push({ symbol: symbol(name), node, formula });
    symbols.set(node, symbol(name));
  };
  const visit = (node: Expr): void => {
    if (symbols.has(node)) return;
    for (const operand of visibleOperands(node, symbols)) visit(operand);
    if (repeated.has(node)) show(node, `u${++parts}`);
  };
  for (const [name, node] of Object.entries(outputs)) {
    if (symbols.has(node)) continue;
    for (const operand of visibleOperands(node, symbols)) visit(operand);
    show(node, `${name}′`);
  }
  const values = compute(Object.fromEntries(shown.map(({ node }, i) => [`${i}`, node])));
  return shown.map(({ symbol: left, node, formula }, i) =>
    equation(left, [formula], { value: { shape: node.type.shape, values: values[`${i}`] } }),
  );
}
