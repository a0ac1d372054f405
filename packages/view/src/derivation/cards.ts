/** What is shown of each step and of each number that can be chosen: made once, by the library, when the page is made. */
import {
  type Block,
  type ColumnNames,
  type Explained,
  type ExplainedTarget,
  elementSymbol,
  escapeHtml,
  htmlBody,
  htmlEquation,
  type Language,
  parseTarget,
  printNotation,
  type Step,
  views,
  withNames,
} from "@chaingrad/core/explain";
import { type Layout, printTarget } from "./layout.ts";
import { fillIn, type PageKey, type PageWords } from "./words.ts";

export interface CardContext {
  readonly of: Explained;
  readonly words: PageWords;
  readonly language: Language;
  readonly digits: number;
  /** What the columns are called, unless symbols alone are wanted. */
  readonly names: ColumnNames | undefined;
}

/** Numbers of a network that each get cards of their own; of a larger one those that matter. */
const EVERY = 250;
const LARGEST = 6;

export interface Chosen {
  readonly target: string;
  readonly group: PageKey;
  /** What a screen reader, the list of choices and the line under the drawing say. */
  readonly says: string;
  /** "W₂[1,3]", "weight_lbs (x[4])" */
  readonly label: string;
}

/** The card of a step: formula line, shape line, number line, and the rule that made it. */
export function stepCard(step: Step, { of, words, language, digits, names }: CardContext): string {
  const { shape } = step.type;
  const size = shape.length === 0 ? words.number : `${words.shape} ${shape.join(" × ")}`;
  const options = { digits, language, names };
  const value = { shape, values: of.numbers[step.name] };
  return [
    `<div class="formula">${htmlEquation({ kind: "equation", symbol: step.symbol, sides: [...step.chain, step.formula] }, options)}</div>`,
    `<p class="shape">${escapeHtml(size)}</p>`,
    `<div class="numbers">${htmlEquation({ kind: "equation", symbol: step.symbol, sides: [], value, rules: step.rules }, options)}</div>`,
  ].join("");
}

/** Every number that can be chosen, in groups; of large networks those that matter, and the one that is asked for. */
export function choices(
  context: CardContext,
  layout: Layout,
  wanted?: ExplainedTarget,
): { readonly chosen: readonly Chosen[]; readonly isWhole: boolean } {
  const { of } = context;
  const { graph, names } = of.derivation;
  const nodes = graph.targets.filter((node) => node !== of.problem.loss);
  const all = nodes.reduce((total, node) => total + sizeOf(node), 0);
  const drawnOf = (name: string): number[] =>
    layout.columns.flatMap((column) => (column.names[0] === name ? column.units.map(({ place }) => place) : []));
  const chosen = nodes.flatMap((node): Chosen[] => {
    const name = names.get(node) as string;
    const asked = wanted?.node === node && wanted.index !== undefined ? [wanted.index] : [];
    const places =
      all <= EVERY ? sequence(sizeOf(node)) : [...new Set([...asked, ...drawnOf(name), ...largest(slope(of, name))])];
    return places.map((index) => choice(context, { node, name, index }, textOf(of, { node, name, index })));
  });
  return { chosen, isWhole: all > EVERY };
}

const sizeOf = ({ type }: ExplainedTarget["node"]): number => type.shape.reduce((a, b) => a * b, 1);
const sequence = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The places of the largest numbers, found in one pass. */
function largest(values: ArrayLike<number>): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (best.length === LARGEST && size <= Math.abs(values[best[LARGEST - 1]])) continue;
    const at = best.findIndex((other) => Math.abs(values[other]) < size);
    best.splice(at < 0 ? best.length : at, 0, i);
    if (best.length > LARGEST) best.pop();
  }
  return best;
}

const slope = (of: Explained, name: string): ArrayLike<number> =>
  of.numbers[`∂${of.derivation.names.get(of.problem.loss)}/∂${name}`];

/** "W2[1,3]" as it is asked for; the row of a single example is left out. */
function textOf({ problem }: Explained, { node, name, index = 0 }: ExplainedTarget): string {
  const { shape } = node.type;
  let rest = index;
  const places = shape.toReversed().map((size) => {
    const place = (rest % size) + 1;
    rest = Math.floor(rest / size);
    return place;
  });
  const isRow = shape[0] === 1 && problem.x.type.shape[0] === 1 && !problem.parameters.includes(node);
  const shown = places.reverse().slice(isRow ? 1 : 0);
  return shown.length === 0 ? name : `${name}[${shown.join(",")}]`;
}

function choice({ of, words, names }: CardContext, { node, name, index = 0 }: ExplainedTarget, text: string): Chosen {
  const number = (value: number): string => printNotation({ form: "number", value });
  const { problem } = of;
  const group =
    node === problem.x || problem.columns?.includes(node)
      ? "input"
      : !problem.parameters.includes(node)
        ? "unit"
        : node.type.shape.length === 1
          ? "bias"
          : "weight";
  const label = labelOf(of, { node, name, index }, text, names);
  const values = {
    name: label,
    value: number(of.numbers[name][index]),
    derivative: number(slope(of, name)[index]),
  };
  return { target: text, group, label, says: fillIn(words.element, { kind: words[group], ...values }) };
}

/** The symbol of a number, and before it the name of what is a column's. */
function labelOf(
  of: Explained,
  { node, name, index = 0 }: ExplainedTarget,
  text: string,
  names: ColumnNames | undefined,
): string {
  const symbol = printTarget(text);
  if (names === undefined) return symbol;
  const notation = withNames(elementSymbol(of, node, { form: "symbol", name }, index), names);
  if (notation.form === "name") return `${notation.name} (${symbol})`;
  if (notation.form !== "element") return symbol;
  // Names stand here as they are: whoever shows the label makes it harmless, once.
  const places = notation.at.map((place) => (place.form === "name" ? place.name : printNotation(place)));
  return `${printTarget(name)}[${places.join(",")}]`;
}

/** The chain of a chosen number as the names of its steps, and its own terms and paths. */
export function choiceCards(
  target: string,
  context: CardContext,
): { readonly steps: readonly string[]; readonly own: string } {
  const { of, words, language, digits, names } = context;
  const parsed = parseTarget(of, target);
  const shown = new Set(
    views.contracted(of, parsed).flatMap((block) => (block.kind === "equation" ? [block.symbol] : [])),
  );
  const steps = of.derivation.backward.filter((step) => shown.has(step.symbol));
  const [terms, paths] = [afterTitle(views.index(of, parsed), 1), afterTitle(views.paths(of, parsed), 0)];
  const body = (blocks: readonly Block[]): string =>
    htmlBody(blocks, { level: 4, digits: digits ?? 4, language, names });
  const own = `<h4>${escapeHtml(words.terms)}</h4>${body(terms)}<h4>${escapeHtml(words.ways)}</h4>${body(paths)}`;
  return { steps: steps.map(({ name }) => name), own };
}

/** What a view says of one element: its last equation or table, or all below its heading. */
function afterTitle(blocks: readonly Block[], last: 0 | 1): readonly Block[] {
  if (last === 0) return blocks.filter(({ kind }) => kind !== "heading");
  const from = blocks.findLastIndex(({ kind }) => kind === "paragraph");
  return blocks.slice(from + 1);
}
