/**
 * What every language is written from: the lines of the derivation, each with the formula as it is printed, its name in
 * the program and its value for any number of rows.
 */
import { type Expr, input, optimizers, outputsOf, ownHyper } from "@chaingrad/core";
import { derive, formulaOf, type Step } from "@chaingrad/core/explain";
import { type Net, type ObjectiveGraph, objectiveGraph } from "@chaingrad/core/net";
import { comment, type Printed, partsOf } from "./comment.ts";
import type { Names } from "./names.ts";
import { type Both, both, type Pairing, pairing, ROW_COUNTS, type Value } from "./value.ts";

export interface Named {
  /** An identifier. */
  readonly name: string;
  readonly value: Value;
}

export interface Line extends Named {
  /** "δ2 = ∂L/∂z2 = (∂L/∂h2)(∂h2/∂z2) = ∂L/∂h2 ⊙ (1 − h2²)   [rows, 2]" */
  readonly comment: string;
}

interface Parameter extends Named {
  /** As the network calls it: "W1". */
  readonly tensor: string;
  readonly gradient: Line;
  /** The gradient as the update takes it. */
  readonly slope: Value;
  /** The parameter after a step of gradient descent. */
  readonly next: Line;
}

export interface Emission {
  readonly x: Named;
  readonly target: Named;
  readonly rate: Named;
  readonly parameters: readonly Parameter[];
  /** Running statistics, which nothing changes here. */
  readonly statistics: readonly (Named & { readonly tensor: string })[];
  /** From x to the outputs, which are the last. */
  readonly forward: readonly Line[];
  /** From the outputs to the loss, and back to every derivative. */
  readonly gradients: readonly Line[];
  readonly loss: Line;
  readonly xGradient: Line;
  /** What the loss makes of the outputs in the target's own terms, if it makes something of them. */
  readonly prediction: (Line & { readonly outputs: Value }) | undefined;
}

/** Throws UserError where the network depends on the number of rows in a way that cannot be written. */
export function emission(net: Net, names: Names): Emission {
  const graphs = both((i) => objectiveGraph(net, { rows: ROW_COUNTS[i], weight: undefined }, "f64"));
  const writer = writerOf(names);
  const given = (name: string): Named => writer.named(name, inputsNamed(graphs, name));
  const [x, target] = [given("x"), given("target")];
  const tensors = Object.keys(graphs[0].variables).filter((name) => name !== "x");
  const own = tensors.map((tensor) => ({ tensor, ...given(tensor) }));
  const buffers = graphs[0].given.map((node) => node.label as string).filter((name) => name !== "target");
  const statistics = buffers.map((tensor) => ({ tensor, ...given(tensor) }));

  const steps = stepsOf(graphs);
  const lines = new Map([...steps.forward, ...steps.gradients].map((step) => [step[0].name, stepLine(step, writer)]));
  const at = (name: string): Line => lines.get(name) as Line;
  const [forward, backward] = [steps.forward, steps.gradients].map((part) => part.map(([{ name }]) => at(name)));

  const rate = input("η", [], "f64");
  const parameters = own.map((named) => {
    const nodes = inputsNamed(graphs, named.tensor);
    return { ...named, gradient: at(`∂L/∂${named.tensor}`), ...descent(named.tensor, nodes, rate, writer) };
  });
  const [loss, xGradient] = [at("L"), at("∂L/∂x")];
  return {
    x,
    target,
    rate: writer.named("rate", [rate, rate]),
    parameters,
    statistics,
    forward,
    gradients: needed(backward, forward, [loss, xGradient, ...parameters.map(({ gradient }) => gradient)]),
    loss,
    xGradient,
    prediction: predictionOf(net, writer),
  };
}

/** Gives values to nodes and names to values. */
interface Writer {
  readonly pair: Pairing;
  named(symbol: string, nodes: Both<Expr>): Named;
  line(symbol: string, printed: Both<Printed>, nodes: Both<Expr>): Line;
}

function writerOf(names: Names): Writer {
  const pair = pairing();
  const named: Writer["named"] = (symbol, nodes) => ({ name: names.take(symbol), value: pair(nodes) });
  return {
    pair,
    named,
    line(symbol, printed, nodes) {
      const own = named(symbol, nodes);
      return { ...own, comment: comment(printed, own.value.shape) };
    },
  };
}

function stepLine([a, b]: Both<Step>, { line }: Writer): Line {
  return line(a.symbol.form === "symbol" ? a.symbol.name : a.name, [a, b], [a.node, b.node]);
}

/** A line for nodes that are no step of the derivation. */
function formulaLine(name: string, nodes: Both<Expr>, { line }: Writer): Line {
  return line(
    name,
    both((i) => ({ symbol: { form: "symbol", name }, chain: [], formula: formulaOf(nodes[i], new Map()) })),
    nodes,
  );
}

/** A step of plain gradient descent, by its own rule. */
function descent(tensor: string, parameter: Both<Expr>, rate: Expr, writer: Writer): Pick<Parameter, "slope" | "next"> {
  const slope = input(`∂L/∂${tensor}`, parameter[0].type.shape, "f64");
  const { update } = optimizers.sgd();
  const next = both((i) => update(parameter[i], slope, {}, ownHyper(parameter[i], { rate, step: rate })).param);
  return { slope: writer.pair([slope, slope]), next: formulaLine(`${tensor}′`, next, writer) };
}

const inputsNamed = (graphs: Both<ObjectiveGraph>, name: string): Both<Expr> =>
  both((i) => {
    const { variables, given } = graphs[i];
    return variables[name] ?? given.find((node) => node.label === name);
  });

/** The derivation's steps at both row counts; a local derivative only where a later formula refers to it. */
function stepsOf(graphs: Both<ObjectiveGraph>): { forward: Both<Step>[]; gradients: Both<Step>[] } {
  const [a, b] = graphs.map(({ variables: { x, ...parameters }, given, layers, loss }) =>
    derive({ loss, layers, parameters: Object.values(parameters), x, given }),
  );
  const whole = a.backward.filter(({ kind }) => kind !== "local");
  const mentioned = partsOf(whole.map(({ formula }) => formula));
  const other = [...b.forward, ...b.backward];
  const steps = [...a.forward, ...a.backward]
    .map((step, i): Both<Step> => [step, other[i]])
    .filter(([step]) => step.kind !== "local" || mentioned.has(step.symbol));
  const outputs = steps.findLastIndex(([{ kind }]) => kind === "activation" || kind === "pre-activation");
  return { forward: steps.slice(0, outputs + 1), gradients: steps.slice(outputs + 1) };
}

/** The lines that `roots` are computed from, in their order. */
function needed(lines: readonly Line[], before: readonly Line[], roots: readonly Line[]): Line[] {
  const known = new Set([...before, ...lines].map(({ value }) => value));
  const wanted = new Set(roots.map(({ value }) => value));
  const seen = new Set<Value>();
  const visit = (value: Value): void => {
    if (known.has(value)) wanted.add(value);
    else if (!seen.has(value)) value.operands.forEach(visit);
    seen.add(value);
  };
  return lines
    .toReversed()
    .filter(({ value }) => {
      if (wanted.has(value)) value.operands.forEach(visit);
      return wanted.has(value);
    })
    .reverse();
}

function predictionOf({ objective: { loss }, network }: Net, writer: Writer): Emission["prediction"] {
  const { predict } = loss;
  if (predict === undefined) return undefined;
  const outputs = both((i) => input("y", [ROW_COUNTS[i], outputsOf(network)], "f64"));
  const nodes = both((i) => predict(outputs[i]));
  return { ...formulaLine("prediction", nodes, writer), outputs: writer.pair(outputs) };
}
