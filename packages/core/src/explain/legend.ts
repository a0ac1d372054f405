/** What each symbol of a derivation means, for a reader who knows what a derivative is and nothing of networks. */
import type { Notation } from "../graph/notation.ts";
import type { Derivation, Step, StepKind } from "./derivation.ts";
import { printNotation } from "./print-notation.ts";

export interface LegendEntry {
  readonly symbols: string;
  readonly meaning: string;
}

/** Every symbol in the order in which a derivation needs it; operators and functions only where they occur. */
export function legend(derivation: Derivation): LegendEntry[] {
  const { inputs, forward, backward } = derivation;
  const entries: LegendEntry[] = [];
  const add = (symbols: readonly Notation[], meaning: string): void => {
    if (symbols.length > 0) entries.push({ symbols: list(symbols), meaning });
  };
  const inputsOf = (role: string): Notation[] => inputs.filter((input) => input.role === role).map((i) => i.symbol);
  const stepsOf = (kind: StepKind): Notation[] =>
    [...forward, ...backward].filter((step) => step.kind === kind).map((step) => step.symbol);
  add(inputsOf("input"), "the input: each row is one example");
  add(
    inputsOf("parameter"),
    "the parameters, which training changes: weights W (row i holds those of neuron i), biases b",
  );
  add(inputsOf("given"), "given together with x, such as the outputs that are wanted");
  add(
    stepsOf("pre-activation"),
    "pre-activations: z = W x + b for one example, written x Wᵀ + b when examples are rows",
  );
  add(stepsOf("activation"), "activations: h = f(z), what a layer passes on; f is its activation function");
  add(stepsOf("value"), "values in between");
  add(stepsOf("loss"), "the loss: one number, the smaller the better");
  add(stepsOf("part"), "parts that several formulas share");
  entries.push(...derivatives(derivation), ...marks([...forward, ...backward]));
  return entries;
}

/** All of a few symbols; the first three and the last of many. */
function list(symbols: readonly Notation[]): string {
  const names = symbols.map((s) => printNotation(s));
  return (names.length <= 8 ? names : [...names.slice(0, 3), "…", ...names.slice(-1)]).join(" ");
}

function derivatives({ forward, backward }: Derivation): LegendEntry[] {
  const L = printNotation(forward.find((step) => step.kind === "loss")!.symbol);
  const short = backward.filter((step) => step.kind === "cotangent" && step.symbol.form === "symbol");
  const locals = backward.some((step) => step.kind === "local");
  const all = [
    { symbols: `∂${L}/∂a`, meaning: `the derivative of ${L} by each number in a, arranged in the shape of a` },
    { symbols: locals ? "∂h/∂z" : "", meaning: "the derivative of each number in h by the number it was made from" },
    {
      symbols: list(short.map((step) => step.symbol)),
      meaning: `short for ${list(short.map((step) => step.chain[0]))}`,
    },
  ];
  return all.filter(({ symbols }) => symbols !== "");
}

/** A mark is what is looked for in the formulas: an operator, or a function's name with its subscript. */
const MARKS: Readonly<Record<string, readonly [symbols: string, meaning: string]>> = {
  "⊙": ["a ⊙ b", "product number by number"],
  "": ["A B", "matrix product: rows of A times columns of B"],
  ᵀ: ["Aᵀ", "A transposed: rows and columns exchanged"],
  "−1": ["a⁻¹", "1/a, number by number"],
  "<": ["a < b", "1 where it holds, else 0"],
  "≤": ["a ≤ b", "1 where it holds, else 0"],
  "=": ["(a = b)", "inside a formula: 1 where it holds, else 0"],
  Σ: ["Σ a", "sum of all numbers in a"],
  Σi: ["Σᵢ a", "sum over the rows, that is over the examples"],
  Σj: ["Σⱼ a", "sum along each row"],
  tanh: ["tanh(a)", "(eᵃ − e⁻ᵃ)/(eᵃ + e⁻ᵃ), between −1 and 1"],
  exp: ["exp(a)", "e to the power a"],
  relu: ["relu(a)", "a where a > 0, else 0"],
  sigmoid: ["sigmoid(a)", "1/(1 + e⁻ᵃ), between 0 and 1"],
  softplus: ["softplus(a)", "ln(1 + eᵃ)"],
  erf: ["erf(a)", "the error function 2/√π ∫₀ᵃ e^(−t²) dt"],
  softmax: ["softmax(a)", "eᵃ divided by its sum along the row: positive, with sum 1"],
  logsumexpj: ["logsumexpⱼ(a)", "ln Σⱼ eᵃ, so that exp(a − logsumexpⱼ(a)) is softmax(a)"],
  "one-hot": ["one-hot(a)", "a row of zeros with a 1 at place a, counted from 0"],
  where: ["where(c, a, b)", "a where c holds, else b"],
  sign: ["sign(a)", "−1, 0 or 1"],
  direct: ["direct(∂L/∂a)", "the part of ∂L/∂a where a enters L without passing through another symbol"],
};

function marks(steps: readonly Step[]): LegendEntry[] {
  const found = new Set<string>();
  const visit = (n: Notation): void => {
    if (n.form === "infix") found.add(n.operator);
    if (n.form === "transpose") found.add("ᵀ");
    if (n.form === "power" && n.exponent.form === "number") found.add(String(n.exponent.value).replace("-", "−"));
    if (n.form === "call") found.add(n.name + (n.subscript ?? ""));
    if (n.form === "infix" || n.form === "call") n.parts.forEach(visit);
    if (n.form === "negation" || n.form === "transpose") visit(n.of);
    if (n.form === "power") visit(n.base);
  };
  for (const step of steps) [...step.chain, step.formula].forEach(visit);
  return Object.entries(MARKS).flatMap(([mark, [symbols, meaning]]) => (found.has(mark) ? [{ symbols, meaning }] : []));
}
