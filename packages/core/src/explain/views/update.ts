/** The update: what the optimiser makes of the gradient, from its own graph, with numbers. */
import { simplify } from "../../compile/simplify.ts";
import type { Expr } from "../../graph/expr.ts";
import { infix, type Notation, symbol } from "../../graph/notation.ts";
import { sizeOf } from "../../graph/type.ts";
import { input } from "../../ops/source.ts";
import type { Key } from "../catalogue.ts";
import { type Block, equation, heading, paragraph, type Tensor } from "../document.ts";
import type { Explained } from "../explained.ts";
import { formulaOf, repeatedParts, visibleOperands } from "../formula.ts";
import { gradientName } from "./shared.ts";

/** What the view needs of a first-order optimiser. */
export interface UpdateRule {
  readonly name: string;
  readonly state: Readonly<Record<string, number | "rate">>;
  update(
    param: Expr,
    gradient: Expr,
    state: Readonly<Record<string, Expr>>,
    hyper: { readonly rate: Expr; readonly step: Expr },
  ): { readonly param: Expr; readonly state: Record<string, Expr> };
}

/** The first step of the optimiser at this learning rate, for one parameter or for all. */
export function updateView(of: Explained, rule: UpdateRule, rate: number, parameter?: Expr): Block[] {
  const all = parameter === undefined ? of.problem.parameters : [parameter];
  return [
    heading("update", { optimizer: rule.name }),
    paragraph("update.why", { rate: symbol("η"), step: symbol("t"), gradient: symbol("g") }),
    equation(symbol("η"), [], { value: { shape: [], values: [rate] } }),
    equation(symbol("t"), [], { value: { shape: [], values: [1] } }),
    ...all.flatMap((node) => ofParameter(of, rule, rate, node)),
  ];
}

function ofParameter(of: Explained, rule: UpdateRule, rate: number, node: Expr): Block[] {
  const { shape, dtype } = node.type;
  const name = node.label as string;
  const state = Object.fromEntries(Object.keys(rule.state).map((key) => [key, input(key, shape, dtype)]));
  const [w, g] = [input(name, shape, dtype), input("g", shape, dtype)];
  const [eta, step] = [input("η", [], dtype), input("t", [], dtype)];
  const next = rule.update(w, g, state, { rate: eta, step });
  const inputs = [w, g, eta, step, ...Object.values(state)];
  const outputs = { ...next.state, [name]: next.param };
  const simple = simplify({ name: "update", inputs, outputs }).outputs;
  const gradient = of.numbers[gradientName(of, node)];
  const given = (values: ArrayLike<number>): Tensor => ({ shape, values });
  const start = Object.entries(rule.state).map(([key, value]): [string, Float64Array] => [
    key,
    new Float64Array(sizeOf(shape)).fill(value === "rate" ? rate : value),
  ]);
  const numbers = { g: gradient, η: [rate], t: [1], ...Object.fromEntries(start) };
  return [
    paragraph("update.of", { parameter: symbol(name) }),
    equation(symbol(name), [], { value: given(of.numbers[name]) }),
    equation(symbol("g"), [infix("/", symbol(gradientName(of, node).split("/")[0]), symbol(`∂${name}`))], {
      value: given(gradient),
    }),
    ...start.map(([key, values]) => equation(symbol(key), [], { value: given(values) })),
    ...steps(simple, inputs, (outs) => of.compute(outs, inputs, { ...numbers, [name]: of.numbers[name] })),
  ];
}

type Compute = (outputs: Readonly<Record<string, Expr>>) => Readonly<Record<string, ArrayLike<number>>>;

/** Each next value by its formula: state first, then the parameter; a prime marks what is next. */
function steps(outputs: Readonly<Record<string, Expr>>, inputs: readonly Expr[], compute: Compute): Block[] {
  const symbols = new Map<Expr, Notation>(inputs.map((node) => [node, symbol(node.label as string)]));
  const named = new Set<Expr>([...inputs, ...Object.values(outputs)]);
  const repeated = repeatedParts(Object.values(outputs), named, 4);
  const shown: { readonly symbol: Notation; readonly node: Expr; readonly formula: Notation }[] = [];
  const show = (node: Expr, name: string): void => {
    const formula = formulaOf(node, symbols);
    shown.push({ symbol: symbol(name), node, formula });
    symbols.set(node, symbol(name));
  };
  const visit = (node: Expr): void => {
    if (symbols.has(node)) return;
    for (const operand of visibleOperands(node, symbols)) visit(operand);
    if (repeated.has(node)) show(node, `u${shown.length + 1}`);
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

/** One step of a second-order method as its loop reports it. */
export interface SearchStep {
  readonly x: ArrayLike<number>;
  readonly objective: number;
  readonly stepNorm: number;
  readonly predicted: number;
  readonly actual: number;
  readonly damping?: number | undefined;
  readonly radius?: number | undefined;
  readonly stepLength?: number | undefined;
  readonly condition?: number | undefined;
  readonly state: Readonly<Record<string, unknown>>;
}

export type SearchName =
  Extract<Key, `search.${string}`> extends `search.${infer Name}` ? Exclude<Name, "why" | "decrease"> : never;

/** What the loop started from: the loss, and all parameters one after another. */
export interface SearchStart {
  readonly objective: number;
  readonly x: ArrayLike<number>;
}

/** One accepted step of a second-order method: its state, the step, what was promised and what came. */
export function searchView(method: SearchName, before: SearchStart, step: SearchStep): Block[] {
  const count = step.x.length;
  const scalar = (name: string, value: number | undefined): Block[] =>
    value === undefined ? [] : [equation(symbol(name), [], { value: { shape: [], values: [value] } })];
  const shapeOf = ({ length }: Float64Array): number[] =>
    length === count * count && count > 1 ? [count, count] : [length];
  const states = Object.entries(step.state).flatMap(([key, value]): Block[] => {
    if (typeof value === "number") return scalar(key, value);
    return vectors(STATE_SYMBOLS[key] ?? key, value).map(([name, values]) =>
      equation(symbol(name), [], { value: { shape: shapeOf(values), values } }),
    );
  });
  const moved = Float64Array.from(step.x, (value, i) => value - before.x[i]);
  return [
    heading("update", { optimizer: method }),
    paragraph(`search.${method}`),
    paragraph("search.why", { count }),
    ...states,
    ...scalar("λ", step.damping),
    ...scalar("Δ", step.radius),
    ...scalar("α", step.stepLength),
    ...scalar("κ", step.condition),
    paragraph("search.decrease"),
    equation(symbol("p"), [], { value: { shape: [count], values: moved } }),
    ...scalar("‖p‖", step.stepNorm),
    equation(symbol("L"), [], { value: { shape: [], values: [before.objective] } }),
    equation(symbol("L′"), [], { value: { shape: [], values: [step.objective] } }),
    equation(symbol("predicted"), [], { value: { shape: [], values: [step.predicted] } }),
    equation(symbol("actual"), [infix("−", symbol("L"), symbol("L′"))], {
      value: { shape: [], values: [step.actual] },
    }),
    equation(symbol("ρ"), [infix("/", symbol("actual"), symbol("predicted"))], {
      value: { shape: [], values: [step.actual / step.predicted] },
    }),
  ];
}

/** A vector or matrix under its name; of a list of pairs { s, y } each vector: s1, y1, s2, …. */
function vectors(name: string, value: unknown): [string, Float64Array][] {
  if (value instanceof Float64Array) return [[name, value]];
  if (!Array.isArray(value)) return [];
  return value.flatMap((one, i) =>
    Object.entries(one as object).flatMap(([key, part]) => vectors(`${STATE_SYMBOLS[key] ?? key}${i + 1}`, part)),
  );
}

/** What the loops' states are called in books. */
const STATE_SYMBOLS: Readonly<Record<string, string>> = {
  hessian: "H",
  gaussNewton: "G",
  gradient: "g",
  direction: "d",
  scale: "D",
  inverseHessian: "B",
  columns: "‖J‖",
  eigenvalues: "λ",
};
