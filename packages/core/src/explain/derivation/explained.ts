/** A network with its numbers: the derivation, everything that it shows, and a way to compute what a view needs besides. */

import { simplify } from "../../compile/simplify.ts";
import type { Expr } from "../../graph/expr.ts";
import { type Notation, symbol } from "../../graph/notation.ts";
import { type Program, program } from "../../graph/program.ts";
import type { Equation, Tensor } from "../document/document.ts";
import { type ColumnNames, columnNames } from "../notation/column-names.ts";
import type { GivenNames } from "../notation/given-names.ts";
import { type Derivable, type Derivation, derive, type Step } from "./derivation.ts";
import { kernelsOf } from "./kernels.ts";

/** Values by name, row-major. */
export type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** Runs a program once: an engine's `evaluate`. */
export type Evaluate = (program: Program, inputs: Numbers) => Numbers;

/** A derivation with its numbers: what every view is made from. */
export interface Explained {
  readonly problem: Derivable;
  readonly derivation: Derivation;
  /** Inputs and everything shown, by name. */
  readonly numbers: Numbers;
  /** The outputs of any program over the derivation's inputs and labelled values. */
  compute(outputs: Readonly<Record<string, Expr>>, inputs: readonly Expr[], more?: Numbers): Numbers;
  /** The values of a node over the derivation's inputs, each computed once. */
  valueOf(node: Expr): ArrayLike<number>;
  /** The step of the compiled plan that writes each value, by name; empty unless asked for. */
  readonly kernels: ReadonlyMap<string, string>;
  /** The symbols of all shown nodes, so that formulas can be written in them. */
  readonly symbols: ReadonlyMap<Expr, Notation>;
  /** The symbols of the labelled nodes as they were built. */
  readonly labels: ReadonlyMap<Expr, Notation>;
  /** All steps by name. */
  readonly steps: ReadonlyMap<string, Step>;
  /** What the columns of x are called, where they have names: for printers, which put them in. */
  readonly names?: ColumnNames;
}

/** What a derivation can be told: names of columns, and whether kernels are looked up. */
export interface ExplainOptions {
  /** Whether each value's step of the compiled plan is looked up (default no). */
  readonly kernels?: boolean;
  /** What people call the inputs and outputs (default nothing: symbols stay). */
  readonly names?: GivenNames | undefined;
}

/**
 * Derives the problem's gradients and runs them on `inputs` (by name). Throws as `derive`, and what `evaluate` throws when
 * an input is missing or has another size; RangeError where there are more or fewer names than numbers.
 */
export function explained(
  problem: Derivable,
  inputs: Numbers,
  evaluate: Evaluate,
  options: ExplainOptions = {},
): Explained {
  const derivation = derive(problem);
  const numbers = { ...inputs, ...evaluate(derivation.program, inputs) };
  const known = new Map<Expr, ArrayLike<number>>();
  const symbols = new Map<Expr, Notation>();
  for (const node of derivation.program.inputs) symbols.set(node, symbol(node.label as string));
  for (const step of [...derivation.forward, ...derivation.backward]) {
    if (step.kind !== "local" && step.node.operands.length > 0 && !symbols.has(step.node))
      symbols.set(step.node, step.symbol);
    known.set(step.node, numbers[step.name]);
  }
  for (const node of derivation.program.inputs) known.set(node, numbers[node.label as string]);
  return {
    problem,
    derivation,
    numbers,
    ...(options.names ? { names: columnNames(problem, derivation, options.names) } : {}),
    symbols,
    labels: new Map([...derivation.names].map(([node, name]) => [node, symbol(name)])),
    steps: new Map([...derivation.backward, ...derivation.forward].map((step) => [step.name, step])),
    kernels: options.kernels ? kernelsOf(derivation.program) : new Map(),
    compute(outputs, over, more = {}) {
      const names = over.map((node) => node.label as string);
      const given = Object.fromEntries(names.map((name) => [name, more[name] ?? numbers[name]]));
      return evaluate(simplify(program("view", over, outputs)), given);
    },
    valueOf(node) {
      const values = known.get(node) ?? evaluate(program("value", derivation.program.inputs, { node }), numbers).node;
      known.set(node, values);
      return values;
    },
  };
}

/** The step with this name. */
export function stepNamed({ steps }: Explained, name: string): Step | undefined {
  return steps.get(name);
}

/** The numbers of an input or a step. Throws Error when there are none. */
export function tensorOf({ numbers }: Pick<Explained, "numbers">, { name, type }: Pick<Step, "name" | "type">): Tensor {
  const values = numbers[name];
  if (values === undefined) throw new Error(`no numbers for '${name}': pass the inputs and all outputs of its program`);
  return { shape: type.shape, values };
}

/** A step with its numbers as a block. */
export function stepEquation(of: Pick<Explained, "numbers" | "kernels">, step: Step): Equation {
  const kernel = of.kernels.get(step.name);
  return {
    ...(kernel === undefined ? {} : { kernel }),
    kind: "equation",
    symbol: step.symbol,
    sides: [...step.chain, step.formula],
    value: tensorOf(of, step),
    rules: step.rules,
  };
}
