/** How an accumulated local effect comes about: the mean difference across each bin, their sum up to an edge, the centre. */
import {
  type Block,
  element,
  equation,
  heading,
  infix,
  type Notation,
  number,
  paragraph,
  symbol,
  table,
  text,
} from "@chaingrad/core/explain";
import { inRange } from "@chaingrad/core/given";
import type { LocalEffects } from "../accumulated-local-effects.ts";
import { placeIn } from "./dependence.ts";
import { at, said, sum, sumOver, worked } from "./parts.ts";

/**
 * The derivation of one number of `effects`, for the printers of `@chaingrad/core/explain`. All bins are shown: the centre is of all.
 * Throws RangeError on an edge that there is not.
 * @param edge its place in `effects`, from 0
 */
export function localEffectsView(found: LocalEffects, edge: number): Block[] {
  const { output, column, edges, counts, lower, upper } = found;
  inRange("edge", edge, placeIn(edges.length));
  const differences = Array.from(upper, (value, bin) => value - lower[bin]);
  const added = [0];
  for (const [bin, own] of differences.entries()) added.push(added[bin] + own);
  const held = counts.map((count, bin) => (count * (added[bin] + added[bin + 1])) / 2);
  const [rows, total] = [sum(counts), sum(held)];
  const centre = rows === 0 ? 0 : total / rows;
  const values = { column, output: output.name, edge: said(edges[edge]) };
  const g = (place: Notation): Notation => element(symbol("g"), place);
  const both = infix("+", g(infix("−", symbol("j"), number(1))), g(symbol("j")));
  const half = infix("/", infix("·", at("n", "j"), both), number(2));
  return [
    heading("effects", values),
    paragraph("effects.why"),
    table(
      text("effects.caption", { column }),
      [
        ...(["effects.bin", "effects.from", "effects.to", "effects.rows", "effects.lower", "effects.upper"] as const),
        ...(["effects.difference", "effects.sum"] as const),
      ],
      differences.map((own, bin) => [
        ...[said(bin + 1), edges[bin], edges[bin + 1], said(counts[bin])],
        ...[lower[bin], upper[bin], own, added[bin + 1]],
      ]),
    ),
    ...(edge === 0 ? [] : [lastStep(edge, added, differences)]),
    worked("n", [sumOver(at("n", "j"), "j")], rows),
    worked("c", [infix("/", sumOver(half, "j"), symbol("n")), infix("/", number(total), number(rows))], centre),
    worked(
      "f",
      [infix("−", g(number(edge)), symbol("c")), infix("−", number(added[edge]), number(centre))],
      added[edge] - centre,
    ),
  ];
}

/** g[k] = g[k − 1] + d[k] */
function lastStep(edge: number, added: readonly number[], differences: readonly number[]): Block {
  const [own, before] = [number(edge), number(edge - 1)];
  const [g, d] = [symbol("g"), symbol("d")];
  return equation(
    element(g, own),
    [
      infix("+", element(g, before), element(d, own)),
      infix("+", number(added[edge - 1]), number(differences[edge - 1])),
    ],
    { value: { shape: [], values: [added[edge]] } },
  );
}
