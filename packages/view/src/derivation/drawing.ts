/** The network as SVG: units and weights are buttons, which a script moves the focus between. */
import { type Explained, escapeHtml, printNotation } from "@chaingrad/core/explain";
import { visible } from "@chaingrad/core/visible";
import stringWidth from "string-width";
import {
  CHARACTER,
  type Edge,
  type Layout,
  LONGEST_NAME,
  layoutOf,
  NAME_GAP,
  printTarget,
  type Unit,
} from "./layout.ts";

/** Where circles are smaller, their numbers alone stand in them. */
const SMALL = 22;

/** What a screen reader says of an element, or nothing where it cannot be chosen. */
export type Named = (target: string) => string | undefined;

/** A picture to be looked at, with its style in `STYLE` of a derivation: one element of class `chaingrad`, as HTML. */
export function networkDrawing(of: Explained, title: string): string {
  const svg = drawing(of, layoutOf(of), title, () => undefined).replace('role="group"', 'role="img"');
  return `<div class="chaingrad"><div class="picture" tabindex="0">${svg}</div></div>`;
}

/** The same with units and weights as buttons, which `enliven` makes work. */
export function drawing(of: Explained, layout: Layout, title: string, named: Named): string {
  const { columns, edges, width, height, radius } = layout;
  const largest = Math.max(1e-300, ...edges.map((edge) => Math.abs(weightOf(of, edge))));
  const lines = edges.map((edge) => edgeSvg(edge, { weight: weightOf(of, edge), largest, radius }, named));
  const toLoss = columns[columns.length - 2].units.map(({ x, y }) => {
    const { x: x2, y: y2 } = columns[columns.length - 1].units[0];
    return `<line class="link" x1="${x + radius}" y1="${y}" x2="${x2 - radius}" y2="${y2}"></line>`;
  });
  const units = columns.flatMap((column, c) =>
    column.units.map((unit, i) => unitSvg(unit, radius, { column: 2 * c, row: i, names: column.names }, named)),
  );
  const texts = columns.flatMap(({ units: drawn, names }) => drawn.map((unit) => unitText(of, unit, radius, names)));
  const biases = columns.flatMap(({ units: drawn, bias: name }, c) => {
    return name === undefined
      ? []
      : drawn.map((unit, i) => biasSvg(of, unit, radius, { column: 2 * c, row: i + 0.5, names: [name] }, named));
  });
  const dots = columns.flatMap(({ units: drawn, size }) => {
    if (drawn.length === size) return [];
    const [a, b] = drawn.slice(-2);
    return [`<text class="dots" x="${a.x}" y="${(a.y + b.y) / 2 + 10}">⋮</text>`];
  });
  const outputs = of.names?.given.outputs;
  const called = [
    ...nameTexts(columns[0].units, of.names?.given.inputs, "end", [-radius - NAME_GAP, 4]),
    ...(outputs?.length === 1
      ? nameTexts(columns[columns.length - 2].units, outputs, "middle", [0, -radius - NAME_GAP])
      : nameTexts(columns[columns.length - 2].units, outputs, "start", [radius + NAME_GAP, 4])),
  ];
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${escapeHtml(title)}">` +
    `${toLoss.join("")}${lines.join("\n")}${units.join("\n")}${biases.join("\n")}` +
    `<g class="texts" aria-hidden="true">${dots.join("")}${texts.join("\n")}${called.join("\n")}</g></svg>`
  );
}

const weightOf = ({ numbers }: Explained, { name, index }: Edge): number => numbers[name][index];

/** A wide, unseen line below the seen one makes it easy to hit. */
function edgeSvg(
  { target, name, layer, from, to }: Edge,
  { weight, largest, radius }: { readonly weight: number; readonly largest: number; readonly radius: number },
  named: Named,
): string {
  const line = (attributes: string): string =>
    `<line ${attributes} x1="${from.x + radius}" y1="${from.y}" x2="${to.x - radius}" y2="${to.y}"></line>`;
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

const unitSvg = ({ target, x, y }: Unit, radius: number, where: Where, named: Named): string =>
  group(target, "unit", where, `<circle cx="${x}" cy="${y}" r="${radius}"></circle>`, named);

/** Beside the button, whose name says the same at more length. */
function unitText(of: Explained, { target, place, x, y }: Unit, radius: number, [name]: readonly string[]): string {
  const value = of.numbers[name]?.[place] ?? 0;
  const label = printTarget(target.replace(/\[\d+,(\d+)\]$/u, "[$1]"));
  const number = printNotation({ form: "number", value }, 2);
  const sign = value < 0 ? "negative" : "positive";
  const written = (below: number): string => `<text class="value ${sign}" x="${x}" y="${y + below}">${number}</text>`;
  const room = 2 * radius - 8;
  // h₁[1280] is as wide as its circle lets it be.
  const fitted = CHARACTER * stringWidth(label) > room ? ` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : "";
  return radius < SMALL ? written(4) : `<text x="${x}" y="${y - 2}"${fitted}>${escapeHtml(label)}</text>${written(12)}`;
}

/** What columns and classes are called, beside their units. */
function nameTexts(
  units: readonly Unit[],
  names: readonly string[] | undefined,
  anchor: "start" | "middle" | "end",
  [right, below]: readonly [number, number],
): string[] {
  if (names === undefined || names.length === 0) return [];
  return units.map(
    ({ place, x, y }) =>
      `<text class="called ${anchor}" x="${x + right}" y="${y + below}">${escapeHtml(cut(names[place]))}</text>`,
  );
}

/** As much of a name as there is room for. */
function cut(name: string): string {
  const width = (text: string): number => stringWidth(visible(text));
  if (width(name) <= LONGEST_NAME) return name;
  let result = "";
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (width(result + segment) >= LONGEST_NAME) break;
    result += segment;
  }
  return `${result}…`;
}

/** A bias is a small square at its unit's foot. */
function biasSvg(of: Explained, { place, x, y }: Unit, radius: number, where: Where, named: Named): string {
  const [name] = where.names;
  const sign = of.numbers[name][place] < 0 ? "negative" : "positive";
  const square = (size: number, kind: string): string =>
    `<rect class="${kind}" x="${x - size / 2}" y="${y + radius + 9 - size / 2}" width="${size}" height="${size}"></rect>`;
  return group(`${name}[${place + 1}]`, `bias ${sign}`, where, square(24, "hit") + square(9, "mark"), named);
}

function group(target: string, kind: string, { column, row, names }: Where, inner: string, named: Named): string {
  const name = named(target);
  const button =
    name === undefined
      ? 'aria-hidden="true"'
      : `role="button" tabindex="-1" aria-pressed="false" aria-label="${escapeHtml(name)}" data-column="${column}" data-row="${row}"`;
  return `<g class="${kind}" data-target="${escapeHtml(target)}" data-of="${escapeHtml(names.join(" "))}" ${button}>${name === undefined ? "" : `<title>${escapeHtml(name)}</title>`}${inner}</g>`;
}
