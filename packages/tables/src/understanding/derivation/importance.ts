/** How a column's permutation importance comes about: the score of each permutation, the mean of the drops, its standard error. */
import { type Block, heading, paragraph, table, text } from "@chaingrad/core/explain";
import type { PermutationImportance } from "../permutation-importance.ts";
import { isCost } from "../score.ts";
import { at, errorEquation, meanEquation, ownIn, said, sum, worked } from "./parts.ts";

/**
 * The derivation of one column's importance, for the printers of `@chaingrad/core/explain`: every number that it is made of.
 * Throws UserError on a column that has none.
 */
export function importanceView(found: PermutationImportance, column: string): Block[] {
  const { score, reached, rows, repeats, columns } = found;
  const { scores, drops } = ownIn(columns, column);
  const total = sum(drops);
  const d = at("d", "k");
  const squares = sum(drops.map((drop) => (drop - total / repeats) ** 2));
  const values = { score, column, rows: said(rows), repeats: said(repeats) };
  return [
    heading("importance", { column }),
    paragraph(isCost(score) ? "importance.cost" : "importance.why", values),
    worked("s", [], reached),
    table(
      text("importance.caption", { score, column }),
      ["importance.permutation", "importance.reached", "importance.drop"],
      [...scores.map((one, k) => [said(k + 1), one, drops[k]]), [text("sum"), "", total]],
    ),
    worked("K", [], repeats),
    meanEquation("I", d, "k", { count: repeats, total, letter: "K" }),
    ...(repeats === 1
      ? []
      : [
          paragraph("importance.error"),
          errorEquation({ name: "e", of: d, mean: "I", place: "k", letter: "K" }, squares, repeats),
        ]),
  ];
}
