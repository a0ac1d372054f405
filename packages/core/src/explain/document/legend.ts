/** What each symbol of a derivation means, for a reader who knows what a derivative is and nothing of networks. */
import { infix, type Notation, symbol } from "../../graph/notation.ts";
import type { Derivation, Step, StepKind } from "../derivation/derivation.ts";
import type { Key } from "./catalogue.ts";
import { type Block, type LegendEntry, text } from "./document.ts";

/** What is shown: all of a derivation, or blocks, or both. */
export interface Shown {
  /** Whether all steps of the derivation are shown (default true). */
  readonly whole?: boolean;
  readonly blocks?: readonly Block[];
}

/** Every symbol in the order in which a derivation needs it; operators and functions only where they are shown. */
export function legend(derivation: Derivation, { whole = true, blocks = [] }: Shown = {}): LegendEntry[] {
  const { inputs, forward, backward } = derivation;
  const inputsOf = (role: string): Notation[] => inputs.filter((input) => input.role === role).map((i) => i.symbol);
  const stepsOf = (kind: StepKind): Notation[] =>
    [...forward, ...backward].filter((step) => step.kind === kind).map((step) => step.symbol);
  const roles = (["input", "column", "parameter", "given"] as const).map((role) =>
    entry(inputsOf(role), `legend.${role}`),
  );
  const kinds = (["feature", "pre-activation", "activation", "value", "loss", "prediction", "part"] as const).map(
    (kind) => entry(stepsOf(kind), `legend.${kind}`),
  );
  return [...roles, ...kinds]
    .flat()
    .concat(
      derivatives(derivation),
      marks(notations(whole ? [...forward, ...backward] : [], blocks)),
      margin(whole, blocks),
    );
}

const entry = (
  symbols: readonly Notation[] | string,
  key: Key,
  values: LegendEntry["meaning"]["values"] = {},
): LegendEntry[] =>
  symbols.length === 0
    ? []
    : [{ symbols: typeof symbols === "string" ? symbols : few(symbols), meaning: text(key, values) }];

/** All of a few symbols; the first three and the last of many. */
function few(symbols: readonly Notation[]): readonly Notation[] {
  return symbols.length <= 8 ? symbols : [...symbols.slice(0, 3), symbol("…"), ...symbols.slice(-1)];
}

function derivatives({ forward, backward }: Derivation): LegendEntry[] {
  const L = forward.find(({ kind }) => kind === "loss" || kind === "prediction")!.symbol;
  const short = backward.filter((step) => step.kind === "cotangent" && step.symbol.form === "symbol");
  const locals = backward.some((step) => step.kind === "local");
  const layers = forward.some((step) => step.kind === "pre-activation");
  return [
    ...entry([infix("/", symbol(`∂${L.form === "symbol" ? L.name : ""}`), symbol("∂a"))], "legend.derivative", { L }),
    ...(locals ? entry("∂h/∂z", "legend.local") : []),
    ...(layers ? entry("∂z/∂W ∂z/∂h", "legend.linear") : []),
    ...entry(
      short.map((step) => step.symbol),
      "legend.short",
      { gradients: { form: "list", parts: few(short.map((step) => step.chain[0])) } },
    ),
  ];
}

/** A mark is what is looked for in the formulas: an operator, or a function's name with its subscript. */
const MARKS: Readonly<Record<string, readonly [pattern: string, meaning: Key]>> = {
  "⊙": ["a ⊙ b", "legend.⊙"],
  "": ["A B", "legend."],
  ᵀ: ["Aᵀ", "legend.ᵀ"],
  "2": ["a²", "legend.2"],
  "−1": ["a⁻¹", "legend.−1"],
  "<": ["a < b", "legend.<"],
  "≤": ["a ≤ b", "legend.<"],
  "=": ["(a = b)", "legend.="],
  Σ: ["Σ a", "legend.Σ"],
  Σi: ["Σᵢ a", "legend.Σi"],
  Σj: ["Σⱼ a", "legend.Σj"],
  asinh: ["asinh(a)", "legend.asinh"],
  clip: ["clip(a, c)", "legend.clip"],
  tanh: ["tanh(a)", "legend.tanh"],
  exp: ["exp(a)", "legend.exp"],
  relu: ["relu(a)", "legend.relu"],
  sigmoid: ["sigmoid(a)", "legend.sigmoid"],
  softplus: ["softplus(a)", "legend.softplus"],
  erf: ["erf(a)", "legend.erf"],
  sqrt: ["sqrt(a)", "legend.sqrt"],
  log: ["log(a)", "legend.log"],
  log1p: ["log1p(a)", "legend.log1p"],
  expm1: ["expm1(a)", "legend.expm1"],
  abs: ["abs(a)", "legend.abs"],
  maximum: ["maximum(a, b)", "legend.maximum"],
  minimum: ["minimum(a, b)", "legend.minimum"],
  diag: ["diag(a)", "legend.diag"],
  blockdiag: ["blockdiagₖ(W)", "legend.blockdiag"],
  blocks: ["blocksₖ(A)", "legend.blocks"],
  "⊗": ["I ⊗ aᵀ", "legend.⊗"],
  softmax: ["softmax(a)", "legend.softmax"],
  logsumexpj: ["logsumexpⱼ(a)", "legend.logsumexpj"],
  "one-hot": ["one-hot(a)", "legend.one-hot"],
  where: ["where(c, a, b)", "legend.where"],
  rows: ["rows(E, a)", "legend.rows"],
  scatter: ["scatter(a, b)", "legend.scatter"],
  floor: ["floor(a)", "legend.floor"],
  values: ["values(…)", "legend.values"],
  concat: ["concat(a, b)", "legend.concat"],
  slice: ["slice(a)", "legend.slice"],
  pad: ["pad(a)", "legend.pad"],
  max: ["max(a, b)", "legend.maximum"],
  min: ["min(a, b)", "legend.minimum"],
  sign: ["sign(a)", "legend.sign"],
  direct: ["direct(∂L/∂a)", "legend.direct"],
  "[]": ["a[i,j]", "legend.element"],
};

/** Functions whose subscripts say where, or how many: in index form a sum may run along any letter, and a place may be any. */
const MARK_OF: Readonly<Record<string, string>> = {
  ...{ logsumexp: "logsumexpj", pad: "pad", slice: "slice", blockdiag: "blockdiag", blocks: "blocks" },
};

/** What stands at the right of the lines. */
function margin(whole: boolean, blocks: readonly Block[]): LegendEntry[] {
  const rules = whole || blocks.some((block) => block.kind === "equation" && block.rules?.length);
  return [...entry("[m, n]", "legend.shape"), ...(rules ? entry("f, k", "legend.rule") : [])];
}

function notations(steps: readonly Step[], more: readonly Block[]): Notation[] {
  const shown = more.flatMap((block) => (block.kind === "equation" ? [block.symbol, ...block.sides] : []));
  return [...steps.flatMap(({ chain, formula }) => [...chain, formula]), ...shown];
}

function marks(all: readonly Notation[]): LegendEntry[] {
  const found = new Set<string>();
  const visit = (n: Notation): void => {
    if (n.form === "infix") found.add(n.operator);
    if (n.form === "transpose") found.add("ᵀ");
    if (n.form === "element") found.add("[]");
    if (n.form === "power" && n.exponent.form === "number") found.add(String(n.exponent.value).replace("-", "−"));
    if (n.form === "call") found.add(MARK_OF[n.name] ?? n.name + (n.subscript ?? ""));
    if (n.form === "infix" || n.form === "call") n.parts.forEach(visit);
    if (n.form === "negation" || n.form === "transpose" || n.form === "element") visit(n.of);
    if (n.form === "power") visit(n.base);
  };
  all.forEach(visit);
  return Object.entries(MARKS).flatMap(([mark, [pattern, meaning]]) =>
    found.has(mark) ? entry(pattern, meaning) : [],
  );
}
