/** The forward pass: the symbols, what is given, and every value from the input to the loss. */
import { element, number, symbol } from "../../graph/notation.ts";
import { termsOf } from "../derivation/element.ts";
import { type Explained, stepEquation, tensorOf } from "../derivation/explained.ts";
import { elementSymbol, isSingleRow, type Target } from "../derivation/target.ts";
import { type Block, type Cell, type Equation, heading, paragraph, text } from "../document/document.ts";
import { legend, type Shown } from "../document/legend.ts";
import type { ColumnNames } from "../notation/column-names.ts";
import { printNotation } from "../notation/print.ts";
import { gradientSymbol, lossName, lossSymbol } from "./shared.ts";
import { termEquations } from "./terms.ts";

/** Every symbol, introduced before it is used. */
export function symbolsView(of: Explained, shown: Shown = {}): Block[] {
  return [heading("symbols"), { kind: "legend", entries: legend(of.derivation, shown) }, ...columnsTable(of)];
}

/** Columns that are listed; of more those by which the loss changes most. */
const MOST_COLUMNS = 40;

/** What each number of x is called, with what it is and how the loss depends on it where there is one row. */
function columnsTable(of: Explained): Block[] {
  const { problem, names } = of;
  if (names === undefined || names.inputs.length === 0) return [];
  const { x } = problem;
  const gradient = gradientSymbol(of, { node: x, name: names.x });
  const [values, slopes] = [of.numbers[names.x], of.numbers[`∂${lossName(of)}/∂${names.x}`]];
  const isOne = isSingleRow(of, x);
  const all = names.inputs.map((name, i) => ({ name, i, value: values[i], slope: slopes?.[i] ?? 0 }));
  const shown = isOne ? all.toSorted((a, b) => Math.abs(b.slope) - Math.abs(a.slope)) : all;
  // One line would take as much room as what stands for it.
  const listed = new Set(all.length === MOST_COLUMNS + 1 ? shown : shown.slice(0, MOST_COLUMNS));
  const place = (i: number): string =>
    printNotation(element(symbol(names.x), ...(isOne ? [] : [symbol("n")]), number(i + 1)));
  const rows = all
    .filter((one) => listed.has(one))
    .map(({ name, i, value, slope }): Cell[] => [
      name,
      place(i),
      ...(isOne ? [valueCell(names, i, value), slope] : []),
    ]);
  const rest = all.length - rows.length;
  const head = [text("features.column"), text("features.symbol")];
  const numbers = [text("features.value"), text("features.gradient", { gradient })];
  const more: Cell[] = [text("features.rest", { count: rest }), "", ...(isOne ? ["", ""] : [])];
  return [
    {
      kind: "table",
      caption: text("features", { x: symbol(names.x) }),
      head: isOne ? [...head, ...numbers] : head,
      rows: rest > 0 ? [...rows, more] : rows,
    },
  ];
}

/** A number; of a category with what it stands for. */
function valueCell({ given }: ColumnNames, i: number, value: number): Cell {
  const category = given.categories?.[i]?.[value];
  return category === undefined ? value : `${value}: ${category}`;
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
