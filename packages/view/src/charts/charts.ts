/** Charts as SVG drawn without a browser; each has its text alternative and its numbers as a table. */

import { escapeHtml } from "@chaingrad/core/explain";
import { visible } from "@chaingrad/core/visible";
import * as Plot from "@observablehq/plot";
import stringWidth from "string-width";
import { folded, htmlTable, type PageTable } from "../html/table.ts";
import { COLOURS, draw, HEIGHT } from "./draw.ts";

/** Rows of numbers under a chart: more are thinned out evenly, the last one kept. */
const MOST_ROWS = 60;

/** A figure: the picture, what it says in words, and its numbers folded away below. */
export function figure(caption: string, says: string, svg: string, table: PageTable, numbers = "Numbers"): string {
  return [
    "<figure>",
    `<div class="chart" role="img" aria-label="${escapeHtml(`${caption}. ${says}`)}">${svg}</div>`,
    `<figcaption><strong>${escapeHtml(caption)}.</strong> ${escapeHtml(says)}</figcaption>`,
    folded(`${numbers}: ${caption}`, htmlTable(caption, thinned(table))),
    "</figure>",
  ].join("\n");
}

function thinned({ rows, ...table }: PageTable): PageTable {
  const every = Math.max(1, Math.ceil(rows.length / MOST_ROWS));
  return { ...table, rows: rows.filter((_, i) => i % every === 0 || i === rows.length - 1) };
}

const DASHES = ["", "6 3", "2 3", "8 3 2 3", "1 4", "12 4"];

/** A line of a chart: its name and its points. */
export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Lines over epochs, each labelled at its end; a logarithmic scale where the values span more than a factor of 30. */
export function lineChart(
  lines: readonly Line[],
  label: string,
  mark?: { x: number; text: string },
  across = "epoch",
): string {
  const values = lines.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const type = low > 0 && high / low > 30 ? "log" : "linear";
  const last = lines.map(({ name, points }, i) => ({
    name,
    colour: COLOURS[i % COLOURS.length],
    ...points[points.length - 1],
  }));
  return draw({
    marginRight: 110,
    x: { label: across, nice: true },
    y: { label, type, grid: true, ...(type === "log" ? { tickFormat: "~g" } : { nice: true }) },
    marks: [
      ...(mark
        ? [
            Plot.ruleX([mark.x], { strokeDasharray: "2 4" }),
            Plot.text([mark], { x: "x", text: "text", frameAnchor: "top", dx: 4, textAnchor: "start" }),
          ]
        : []),
      ...lines.map(({ points }, i) =>
        Plot.line(points, {
          x: "x",
          y: "y",
          stroke: COLOURS[i % COLOURS.length],
          strokeWidth: 2,
          strokeDasharray: DASHES[i % DASHES.length],
        }),
      ),
      ...lines.map(({ points }, i) =>
        Plot.dot(points.length < 2 ? points : [], { x: "x", y: "y", fill: COLOURS[i % COLOURS.length] }),
      ),
      Plot.text(apart(last, type, low, high), {
        x: "x",
        y: "y",
        text: "name",
        fill: "colour",
        textAnchor: "start",
        dx: 6,
      }),
    ],
  });
}

/** Labels moved up until none covers the one below. */
function apart<T extends { readonly y: number }>(labels: readonly T[], type: string, low: number, high: number): T[] {
  const scale = type === "log" ? Math.log : (y: number) => y;
  const back = type === "log" ? Math.exp : (y: number) => y;
  const gap = ((scale(high) - scale(low)) * 16) / (HEIGHT - 75) || 1e-9;
  let above = Number.NEGATIVE_INFINITY;
  return [...labels]
    .sort((a, b) => a.y - b.y)
    .map((label) => {
      above = Math.max(scale(label.y), above + gap);
      return { ...label, y: back(above) };
    });
}

/** Truth down, prediction across; each cell has its count, and is the darker the larger its share of the row is. */
export function confusionChart(
  confusion: readonly (readonly number[])[],
  names: readonly string[],
  [across, down]: readonly [string, string] = ["prediction", "truth"],
): string {
  const classes = names.map(visible);
  const cells = confusion.flatMap((row, truth) => {
    const all = row.reduce((sum, count) => sum + count, 0) || 1;
    return row.map((count, guess) => ({ truth: classes[truth], guess: classes[guess], count, share: count / all }));
  });
  const size = Math.min(52, 560 / classes.length);
  const longest = Math.max(...classes.map((name) => stringWidth(name)));
  return draw({
    width: 30 + 8 * Math.min(longest, 20) + size * classes.length + 40,
    height: 60 + size * classes.length,
    marginLeft: 20 + 8 * Math.min(longest, 20),
    marginTop: 35,
    marginBottom: 20,
    padding: 0.04,
    x: { axis: "top", label: across, domain: [...classes] },
    y: { label: down, domain: [...classes] },
    marks: [
      Plot.cell(cells, {
        x: "guess",
        y: "truth",
        fill: "#3b7dd8",
        fillOpacity: (cell) => 0.08 + 0.72 * cell.share,
        stroke: "currentColor",
        strokeOpacity: 0.2,
      }),
      ...(size >= 18
        ? [
            Plot.text(cells, {
              x: "guess",
              y: "truth",
              text: (cell) => `${cell.count}`,
              fill: "currentColor",
              fontWeight: "600",
            }),
          ]
        : []),
    ],
  });
}

/** Prediction over truth, and the line on which they are equal. */
export function scatterChart(
  points: readonly { readonly truth: number; readonly predicted: number }[],
  name: string,
  [inTable, predicted]: readonly [string, string] = ["in the table", "predicted"],
): string {
  const all = points.flatMap(({ truth, predicted }) => [truth, predicted]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return draw({
    height: 420,
    x: { label: `${visible(name)}, ${inTable}`, nice: true, grid: true },
    y: { label: predicted, nice: true, grid: true },
    marks: [
      Plot.line([low, high], { x: (value) => value, y: (value) => value, strokeDasharray: "4 4", strokeOpacity: 0.6 }),
      Plot.dot(points, { x: "truth", y: "predicted", r: 3, stroke: COLOURS[0], strokeOpacity: 0.8 }),
    ],
  });
}

/** More letters of a name are cut off beside a bar. */
const LONGEST = 24;
const named = (name: string): string => {
  const shown = visible(name);
  // By characters: half of a surrogate pair is none.
  const characters = [...shown];
  return characters.length <= LONGEST ? shown : `${characters.slice(0, LONGEST - 1).join("")}…`;
};
/** Room for names at the left. */
const besides = (names: readonly string[]): number =>
  20 + 8 * Math.max(...names.map((name) => stringWidth(named(name))));

/** What a bar is of; with a line of its error to each side, or a mark across it to be compared with. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly error?: number;
  readonly mark?: number;
}

/** A bar for each name, from 0 to either side. @param domain of the axis (default as far as the bars reach) */
export function barChart(bars: readonly Bar[], label: string, domain?: readonly [number, number]): string {
  const places = bars.map((bar, place) => ({ ...bar, place }));
  const uncertain = places.flatMap(({ value, error, place }) =>
    error === undefined ? [] : [{ place, low: value - error, high: value + error }],
  );
  const colour = ({ value }: Bar): string => COLOURS[value < 0 ? 1 : 0];
  return draw({
    height: 60 + 26 * bars.length,
    marginLeft: besides(bars.map(({ name }) => name)),
    marginRight: 20,
    x: { label, grid: true, ...(domain ? { domain: [...domain] } : { nice: true }) },
    // By place, since two names may be cut to the same.
    y: { label: null, tickFormat: (place) => named(bars[place].name), tickSize: 0 },
    marks: [
      Plot.barX(places, { x: "value", y: "place", fill: colour, fillOpacity: 0.75, insetTop: 3, insetBottom: 3 }),
      Plot.ruleY(uncertain, { x1: "low", x2: "high", y: "place", strokeWidth: 2 }),
      Plot.tickX(
        places.filter(({ mark }) => mark !== undefined),
        { x: "mark", y: "place", strokeWidth: 3 },
      ),
      Plot.ruleX([0]),
    ],
  });
}

/** What came true over what was said, and the line on which they are equal; the larger a dot, the more rows. */
export function reliabilityChart(
  bins: readonly { readonly predicted: number; readonly observed: number; readonly rows: number }[],
  [said, cameTrue]: readonly [string, string],
): string {
  return draw({
    height: 420,
    x: { label: said, domain: [0, 1], grid: true },
    y: { label: cameTrue, domain: [0, 1], grid: true },
    r: { range: [3, 14] },
    marks: [
      Plot.line([0, 1], { x: (value) => value, y: (value) => value, strokeDasharray: "4 4", strokeOpacity: 0.6 }),
      Plot.line(bins, { x: "predicted", y: "observed", stroke: COLOURS[0], strokeWidth: 2 }),
      Plot.dot(bins, { x: "predicted", y: "observed", r: "rows", fill: COLOURS[0], fillOpacity: 0.75 }),
    ],
  });
}

/** A curve over numbers, or over dates as ISO 8601 writes them. */
export function curveChart(
  points: readonly { readonly x: number | string; readonly y: number }[],
  across: string,
  label: string,
): string {
  const placed = points.map(({ x, y }) => ({ x: typeof x === "number" ? x : new Date(x), y }));
  const options = { x: "x", y: "y", stroke: COLOURS[0], strokeWidth: 2 };
  // 1970 is a year more often than it is 1,970.
  const isShort = points.every(({ x }) => Number.isInteger(x) && Number(x) < 10_000);
  return draw({
    x: { label: visible(across), nice: true, ...(isShort && { tickFormat: "d" }) },
    y: { label: visible(label), grid: true, nice: true },
    marks: [Plot.line(placed, options), ...(placed.length < 8 ? [Plot.dot(placed, options)] : [])],
  });
}

/** A dot for each category. */
export function categoryChart(
  points: readonly { readonly x: number | string; readonly y: number }[],
  label: string,
): string {
  const places = points.map(({ y }, place) => ({ y, place }));
  const names = points.map(({ x }) => String(x));
  return draw({
    height: 70 + 24 * points.length,
    marginLeft: besides(names),
    marginRight: 20,
    x: { label: visible(label), grid: true, nice: true },
    y: { type: "point", label: null, tickFormat: (place) => named(names[place]), tickSize: 0, grid: true },
    marks: [Plot.dot(places, { x: "y", y: "place", r: 5, fill: COLOURS[0] })],
  });
}
