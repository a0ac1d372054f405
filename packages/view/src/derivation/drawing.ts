/** The network as SVG: units and weights are buttons, which a script moves the focus between. */
import { type Explained, escapeHtml, printNotation } from "@chaingrad/core/explain";
import { type Edge, type Layout, printTarget, type Unit } from "./layout.ts";

const RADIUS = 25;

/** What a screen reader says of an element, or nothing where it cannot be chosen. */
export type Named = (target: string) => string | undefined;

export function drawing(of: Explained, layout: Layout, title: string, named: Named): string {
  const { columns, edges, width, height } = layout;
  const largest = Math.max(1e-300, ...edges.map((edge) => Math.abs(weightOf(of, edge))));
  const lines = edges.map((edge) => edgeSvg(edge, weightOf(of, edge), largest, named));
  const toLoss = columns[columns.length - 2].units.map(({ x, y }) => {
    const { x: x2, y: y2 } = columns[columns.length - 1].units[0];
    return `<line class="link" x1="${x + RADIUS}" y1="${y}" x2="${x2 - RADIUS}" y2="${y2}"></line>`;
  });
  const units = columns.flatMap((column, c) =>
    column.units.map((unit, i) => unitSvg(unit, { column: 2 * c, row: i, names: column.names }, named)),
  );
  const texts = columns.flatMap(({ units: drawn, names }) => drawn.map((unit) => unitText(of, unit, names)));
  const biases = columns.flatMap(({ units: drawn, bias: name }, c) => {
    return name === undefined
      ? []
      : drawn.map((unit, i) => biasSvg(of, unit, { column: 2 * c, row: i + 0.5, names: [name] }, named));
  });
  const dots = columns.flatMap(({ units: drawn, size }) => {
    if (drawn.length === size) return [];
    const [a, b] = drawn.slice(-2);
    return [`<text class="dots" x="${a.x}" y="${(a.y + b.y) / 2 + 10}">⋮</text>`];
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${escapeHtml(title)}">` +
    `${toLoss.join("")}${lines.join("\n")}${units.join("\n")}${biases.join("\n")}` +
    `<g class="texts" aria-hidden="true">${dots.join("")}${texts.join("\n")}</g></svg>`
  );
}

const weightOf = ({ numbers }: Explained, { name, index }: Edge): number => numbers[name][index];

/** A wide, unseen line below the seen one makes it easy to hit. */
function edgeSvg({ target, name, layer, from, to }: Edge, weight: number, largest: number, named: Named): string {
  const line = (attributes: string): string =>
    `<line ${attributes} x1="${from.x + RADIUS}" y1="${from.y}" x2="${to.x - RADIUS}" y2="${to.y}"></line>`;
  const sign = weight < 0 ? "negative" : "positive";
  const width = (0.7 + (4 * Math.abs(weight)) / largest).toFixed(2);
  const inner = `${line('class="hit"')}${line(`class="line" stroke-width="${width}"`)}`;
  return group(
    target,
    `edge ${sign}`,
    { column: 2 * layer + 1, row: to.place * 1000 + from.place, names: [name] },
    inner,
    named,
  );
}

interface Where {
  readonly column: number;
  readonly row: number;
  readonly names: readonly string[];
}

const unitSvg = ({ target, x, y }: Unit, where: Where, named: Named): string =>
  group(target, "unit", where, `<circle cx="${x}" cy="${y}" r="${RADIUS}"></circle>`, named);

/** Beside the button, whose name says the same at more length. */
function unitText(of: Explained, { target, place, x, y }: Unit, [name]: readonly string[]): string {
  const value = of.numbers[name]?.[place] ?? 0;
  const label = printTarget(target.replace(/\[\d+,(\d+)\]$/u, "[$1]"));
  const number = printNotation({ form: "number", value }, 2);
  const sign = value < 0 ? "negative" : "positive";
  return `<text x="${x}" y="${y - 2}">${escapeHtml(label)}</text><text class="value ${sign}" x="${x}" y="${y + 12}">${number}</text>`;
}

/** A bias is a small square at its unit's foot. */
function biasSvg(of: Explained, { place, x, y }: Unit, where: Where, named: Named): string {
  const [name] = where.names;
  const sign = of.numbers[name][place] < 0 ? "negative" : "positive";
  const square = (size: number, kind: string): string =>
    `<rect class="${kind}" x="${x - size / 2}" y="${y + RADIUS + 9 - size / 2}" width="${size}" height="${size}"></rect>`;
  return group(`${name}[${place + 1}]`, `bias ${sign}`, where, square(24, "hit") + square(9, "mark"), named);
}

function group(target: string, kind: string, { column, row, names }: Where, inner: string, named: Named): string {
  const name = named(target);
  const button =
    name === undefined
      ? 'aria-hidden="true"'
      : `role="button" tabindex="-1" aria-pressed="false" aria-label="${escapeHtml(name)}" data-column="${column}" data-row="${row}"`;
  return `<g class="${kind}" data-target="${escapeHtml(target)}" data-of="${escapeHtml(names.join(" "))}" ${button}>${inner}</g>`;
}
