/** The forward pass: the symbols, what is given, and every value from the input to the loss. */
import { type Block, type Equation, heading, paragraph } from "../document.ts";
import { termsOf } from "../element.ts";
import { type Explained, stepEquation, tensorOf } from "../explained.ts";
import { legend, type Shown } from "../legend.ts";
import { elementSymbol, type Target } from "../target.ts";
import { lossSymbol } from "./shared.ts";
import { termEquations } from "./terms.ts";

/** Every symbol, introduced before it is used. */
export function symbolsView(of: Explained, shown: Shown = {}): Block[] {
  return [heading("symbols"), { kind: "legend", entries: legend(of.derivation, shown) }];
}

/** What a derivation is given: inputs, parameters, targets, with their numbers. */
export function givenView(of: Explained): Block[] {
  const given = of.derivation.inputs.map((input): Equation => {
    return { kind: "equation", symbol: input.symbol, sides: [], value: tensorOf(of, input) };
  });
  return [heading("given"), ...given];
}

/** All values, or for one element of a value the weighted sum that it is, term by term. */
export function forwardView(of: Explained, target?: Target): Block[] {
  const { forward } = of.derivation;
  const title = heading("forward", { L: lossSymbol(of) });
  if (target === undefined) return [title, ...forward.map((step) => stepEquation(of, step))];
  const { node, index } = target;
  const step = forward.find(({ name }) => name === of.derivation.names.get(node));
  if (step === undefined) return [];
  if (index === undefined) return [title, stepEquation(of, step)];
  const symbol = elementSymbol(of, node, step.symbol, index);
  return [
    heading("neuron", { symbol }),
    paragraph("neuron.why"),
    ...termEquations(symbol, [], termsOf(of, step.node, index), of.numbers[step.name][index]),
  ];
}
