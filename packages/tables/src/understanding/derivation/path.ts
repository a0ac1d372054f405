/** How an integrated gradient comes about: where the inputs go, piece by piece of the way, and the points of one piece. */
import { type Block, heading, infix, number, paragraph, symbol, table, text } from "@chaingrad/core/explain";
import type { IntegratedGradients, PathDetail, Preference } from "../integrated-gradients.ts";
import type { PathPiece } from "../path.ts";
import { at, listed, MOST, ownIn, said, sum, sumOver, type ViewLength, worked } from "./parts.ts";

/**
 * The derivation of what one column adds, for the printers of `@chaingrad/core/explain`; of `integratedGradients` or of `prefers`.
 * Throws UserError on a column that adds nothing of its own, RangeError where the path was not kept (`path: true`).
 */
export function pathView(
  found: IntegratedGradients | Preference,
  column: string,
  { most = MOST }: ViewLength = {},
): Block[] {
  const { output, contributions, path, steps, gap, prediction, baselinePrediction } = found;
  ownIn(contributions, column);
  if (path === undefined)
    throw new RangeError("pathView: the path is needed; ask integratedGradients or prefers for path: true");
  const own = inputsOf(path, column);
  const pieces = byWeight(path, own);
  const total = sum(contributions.map(({ contribution }) => contribution));
  const [to, from] = endsOf(found);
  return [
    heading("integrated", { column, output: output.name }),
    paragraph("integrated.why", { column, from, to, steps: said(steps) }),
    inputsTable(path, own),
    piecesTable(pieces, column, most),
    ...(pieces.length === 0 ? [] : [pointsTable(path, own, pieces[0].piece)]),
    worked("φ", [sumOver(infix("·", at("Δ", "i"), at("u", "i")), "i")], sum(pieces.map((piece) => piece.own))),
    paragraph("integrated.whole"),
    worked("F", [], prediction),
    worked("F′", [], baselinePrediction),
    worked(
      "r",
      [
        infix("−", symbol("F"), symbol("F′"), sumOver(at("φ", "j"), "j")),
        infix("−", number(prediction), number(baselinePrediction), number(total)),
      ],
      gap,
    ),
  ];
}

function endsOf(found: IntegratedGradients | Preference) {
  const row = (place: number) => text("integrated.row", { row: said(place) });
  if ("rows" in found) return found.rows.map(row);
  return [row(found.row), found.baseline === "median" ? text("integrated.medians") : row(found.baseline)];
}

/** Those of a column, by place, that go anywhere. */
const inputsOf = ({ columns, way }: PathDetail, column: string): number[] =>
  columns.flatMap((name, i) => (name === column && way[i] !== 0 ? [i] : []));

function inputsTable({ start, way, pieces }: PathDetail, own: readonly number[]): Block {
  const rows = own.map((i) => {
    const added = sum(pieces.map(({ contributions }) => contributions[i]));
    return [said(i + 1), start[i], start[i] + way[i], way[i], added / way[i], added];
  });
  const total = sum(rows.map((row) => row[5] as number));
  return table(
    text("integrated.inputs"),
    ["integrated.input", "integrated.start", "integrated.end", "integrated.way", "integrated.slope", "product"],
    [...rows, [text("sum"), "", "", "", "", total]],
  );
}

interface OwnPiece {
  readonly piece: PathPiece;
  /** What the column adds in it. */
  readonly own: number;
}

/** Those first in which the column adds most, whatever its sign. */
function byWeight({ pieces }: PathDetail, own: readonly number[]): OwnPiece[] {
  const all = pieces.map((piece) => ({ piece, own: sum(own.map((i) => piece.contributions[i])) }));
  return all.sort((a, b) => Math.abs(b.own) - Math.abs(a.own));
}

function piecesTable(pieces: readonly OwnPiece[], column: string, most: number): Block {
  const numbers = pieces.map(({ piece, own }) => ["", sum(piece.contributions), own] as const);
  const sums = listed(numbers, (count) => text("integrated.rest", { count: said(count) }), most);
  const rows = sums.map(([label, all, own], i) => {
    const shown = i < Math.min(most, pieces.length) ? pieces[i].piece : undefined;
    const ends = shown === undefined ? [label, "", "", ""] : [shown.from, shown.to, shown.first, shown.last];
    return [...ends, all, own];
  });
  return table(
    text("integrated.pieces", { column }),
    ["integrated.from", "integrated.to", "integrated.before", "integrated.after", "integrated.all", "integrated.own"],
    rows,
  );
}

function pointsTable({ way }: PathDetail, own: readonly number[], { points = [] }: PathPiece): Block {
  const rows = points.map(({ time, weight, gradient }, k) => {
    const rate = sum(own.map((i) => way[i] * gradient[i]));
    return [said(k + 1), time, weight, rate, weight * rate];
  });
  const total = sum(rows.map((row) => row[4] as number));
  return table(
    text("integrated.points"),
    ["integrated.point", "integrated.time", "integrated.weight", "integrated.rate", "product"],
    [...rows, [text("sum"), "", "", "", total]],
  );
}
