/** The whole gradient as one formula in the network's inputs, as a symbolic matrix calculator prints it. */
import { simplify } from "../../compile/simplify.ts";
import type { Expr } from "../../graph/expr.ts";
import { type Notation, symbol } from "../../graph/notation.ts";
import type { Explained } from "../derivation/explained.ts";
import { formulaOf, repeatedParts, visibleOperands } from "../derivation/formula.ts";
import type { Target } from "../derivation/target.ts";
import { type Block, equation, heading, paragraph } from "../document/document.ts";
import { gradientStep, gradientSymbol } from "./shared.ts";

/** Parts that occur again and are at least so long get a name of their own. */
const LONG = 4;
/** Symbols and operators that a formula may have before it says nothing to anybody. */
const MOST = 2000;

const tooLong = (name: string): string =>
  `the closed form of the gradient by ${name} has more than ${MOST} operations: the contracted view shows it step by step`;

/** Throws RangeError where the formula would be too long to read. */
export function closedView(of: Explained, target: Target): Block[] {
  const whole: Target = { node: target.node, name: target.name };
  const { inputs, name } = of.derivation.program;
  const { gradient } = simplify({ name, inputs, outputs: { gradient: gradientStep(of, whole).node } }).outputs;
  const symbols = new Map<Expr, Notation>(inputs.map((node) => [node, symbol(node.label as string)]));
  const repeated = repeatedParts([gradient], symbols, LONG);
  const parts: Block[] = [];
  let size = 0;
  const visit = (node: Expr): void => {
    if (symbols.has(node)) return;
    if (++size > MOST) throw new RangeError(tooLong(target.name));
    for (const operand of visibleOperands(node, symbols)) visit(operand);
    if (!repeated.has(node) || symbols.has(node)) return;
    const part = symbol(`u${parts.length + 1}`);
    parts.push(equation(part, [formulaOf(node, symbols)]));
    symbols.set(node, part);
  };
  for (const operand of visibleOperands(gradient, symbols)) visit(operand);
  const symbolOf = gradientSymbol(of, whole);
  const value = { shape: gradient.type.shape, values: of.valueOf(gradientStep(of, whole).node) };
  return [
    heading("closed", { gradient: symbolOf }),
    paragraph(parts.length > 0 ? "closed.parts" : "closed.why"),
    ...parts,
    equation(symbolOf, [formulaOf(gradient, symbols)], { value }),
  ];
}
