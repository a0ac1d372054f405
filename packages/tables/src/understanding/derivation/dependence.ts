/** How a point of a partial dependence comes about: what the model says of each row with the column set, and the mean of that. */
import { type Block, heading, paragraph, table, text } from "@chaingrad/core/explain";
import { inRange, type Range } from "@chaingrad/core/given";
import { type PartialDependence, pointsOf } from "../partial-dependence.ts";
import { at, listed, MOST, meanEquation, said, sum, type ViewLength, worked } from "./parts.ts";

/**
 * The derivation of one number of `mean`, for the printers of `@chaingrad/core/explain`.
 * Throws RangeError on a point that there is not, and where the rows' curves were not kept (`curves: true`).
 * @param point its place in `mean`, from 0
 */
export function dependenceView(
  { output, axes, mean, rows, curves }: PartialDependence,
  point: number,
  { most = MOST }: ViewLength = {},
): Block[] {
  if (curves === undefined)
    throw new RangeError("dependenceView: the curve of each row is needed; ask partialDependence for curves: true");
  inRange("point", point, placeIn(mean.length));
  const points = pointsOf(axes);
  const where = axes.map(({ column }, axis) => `${column} = ${points[axis][point]}`).join(", ");
  const each = curves.map((curve) => curve[point]);
  const count = rows.length;
  const values = { output: output.name, where, count: said(count) };
  return [
    heading("dependence", values),
    paragraph("dependence.why", values),
    table(
      text("dependence.caption", { where }),
      ["dependence.row", "dependence.said"],
      listed(
        each.map((value, i) => [said(rows[i]), value]),
        (others) => text("batch.rest", { count: said(others) }),
        most,
      ),
    ),
    worked("n", [], count),
    meanEquation("f", at("f", "i"), "i", { count, total: sum(each), letter: "n" }),
  ];
}

/** A place in a list. */
export const placeIn = (length: number): Range => ({
  text: `a whole number from 0 to ${length - 1}`,
  holds: (place) => Number.isInteger(place) && place >= 0 && place < length,
});
