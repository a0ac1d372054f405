/** How a Shapley value comes about: one order and its reverse turn by turn, each background row's mean, and the mean of these. */
import {
  type Block,
  call,
  heading,
  infix,
  number,
  paragraph,
  symbol,
  type Text,
  table,
  text,
} from "@chaingrad/core/explain";
import { deviationOf, meanOf } from "../answers.ts";
import type { ShapleyOrder, ShapleyValues } from "../shapley-values.ts";
import { at, listed, MOST, meanEquation, ownIn, said, sum, sumOver, type ViewLength, worked } from "./parts.ts";

/**
 * The derivation of one column's Shapley value and its standard error, for the printers of `@chaingrad/core/explain`.
 * Throws UserError on a column that has none, RangeError where orders were not kept (`orders: true`).
 */
export function sharesView(found: ShapleyValues, column: string, { most = MOST }: ViewLength = {}): Block[] {
  const { output, row, contributions, background, samples, orders } = found;
  const { moves } = ownIn(contributions, column);
  if (orders === undefined || moves === undefined)
    throw new RangeError("sharesView: the orders are needed; ask shapleyValues for orders: true");
  const [first, reverse] = orders;
  const [count, pairs] = [background.length, moves.length / background.length];
  const each = background.map((place, z) => {
    const own = moves.subarray(z * pairs, (z + 1) * pairs);
    return [said(place), meanOf(own), deviationOf(own) ** 2] as const;
  });
  const names = { column, output: output.name, row: said(row) };
  return [
    heading("shares", names),
    paragraph("shares.why", { ...names, pairs: said(pairs), count: said(count), samples: said(samples) }),
    orderTable(text("shares.order", { row: said(background[0]) }), first),
    orderTable(text("shares.reverse"), reverse),
    paragraph("shares.pair"),
    pairEquation(moveOf(first, column), moveOf(reverse, column)),
    table(
      text("shares.caption"),
      ["shares.background", "shares.mean", "shares.variance"],
      listed(each, (others) => text("batch.rest", { count: said(others) }), most),
    ),
    worked("n", [], count),
    meanEquation("φ", at("m", "i"), "i", { count, total: sum(each.map(([, mean]) => mean)), letter: "n" }),
    paragraph("shares.error"),
    worked("p", [], pairs),
    spreadEquation(sum(each.map(([, , variance]) => variance)), pairs, count),
    ...wholeOf(found),
  ];
}

function orderTable(caption: Text, { columns, predictions }: ShapleyOrder): Block {
  const rows = columns.map((name, turn) => [name, predictions[turn + 1], predictions[turn + 1] - predictions[turn]]);
  return table(
    caption,
    ["shares.filled", "shares.said", "shares.moves"],
    [[text("shares.none"), predictions[0], ""], ...rows],
  );
}

function moveOf({ columns, predictions }: ShapleyOrder, column: string): number {
  const turn = columns.indexOf(column);
  return predictions[turn + 1] - predictions[turn];
}

const pairEquation = (forth: number, back: number): Block =>
  worked("m", [infix("/", infix("+", number(forth), number(back)), number(2))], (forth + back) / 2);

/** √(Σ v / p) / n */
function spreadEquation(variances: number, pairs: number, count: number): Block {
  const root = (above: Parameters<typeof infix>[1], below: typeof above, rows: typeof above) =>
    infix("/", call("sqrt", [infix("/", above, below)]), rows);
  return worked(
    "e",
    [root(sumOver(at("v", "i"), "i"), symbol("p"), symbol("n")), root(number(variances), number(pairs), number(count))],
    Math.sqrt(variances / pairs) / count,
  );
}

function wholeOf({ contributions, prediction, average }: ShapleyValues): Block[] {
  const total = sum(contributions.map(({ contribution }) => contribution));
  return [
    paragraph("shares.whole"),
    worked("S", [sumOver(at("φ", "j"), "j"), infix("−", number(prediction), number(average))], total),
  ];
}
