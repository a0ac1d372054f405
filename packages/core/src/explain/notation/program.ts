/** Any program as text, for snapshots and debugging: a line for each node that has a label or more than one use. */
import { type Expr, topological } from "../../graph/expr.ts";
import { type Notation, symbol } from "../../graph/notation.ts";
import type { Program } from "../../graph/program.ts";
import { printType } from "../../graph/type.ts";
import { formulaOf, repeatedParts, written } from "../derivation/formula.ts";
import { visible } from "../visible.ts";
import { printNotation, printSymbol } from "./print.ts";

/**
 *   step(x: f64[2, 3], W1: f64[4, 3])
 *     h₁: f64[2, 4] = tanh(x W₁ᵀ)
 *     → loss: f64 = 0.125 · Σ(h₁²)
 */
export function printProgram(program: Program, digits = 4): string {
  const outputs = Object.entries(program.outputs);
  const nodes = topological(outputs.map(([, node]) => node));
  const labelled = new Set(nodes.filter((node) => node.label !== undefined && node.operands.length > 0));
  const repeated = repeatedParts(
    outputs.map(([, node]) => node),
    labelled,
    0,
  );
  const symbols = new Map<Expr, Notation>();
  const taken = new Set(program.inputs.map((node) => node.label));
  const inputs = program.inputs.map((node) => `${printSymbol(node.label ?? "?")}: ${printType(node.type)}`).join(", ");
  const lines = [`${visible(program.name)}(${inputs})`];
  for (const node of nodes) {
    if (!repeated.has(node) && !labelled.has(node)) continue;
    const name = unique(node.label, taken);
    const formula = printNotation(formulaOf(node, symbols), digits);
    lines.push(`  ${printSymbol(name)}: ${printType(node.type)} = ${formula}`);
    symbols.set(node, symbol(name));
  }
  for (const [name, node] of outputs) {
    const formula = printNotation(written(node, symbols), digits);
    lines.push(`  → ${printSymbol(name)}: ${printType(node.type)} = ${formula}`);
  }
  return lines.join("\n");
}

/** The label with primes until it is new; without a label the next free of u1, u2, …. */
function unique(label: string | undefined, taken: Set<string | undefined>): string {
  let name = label ?? "u1";
  for (let next = 2; taken.has(name); next++) name = label === undefined ? `u${next}` : `${name}′`;
  taken.add(name);
  return name;
}
