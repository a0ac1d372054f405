/** Where a network's units and weights stand in the drawing, and which of them are drawn. */
import type { Explained } from "@chaingrad/core/explain";
import stringWidth from "string-width";

/** "W2[1,3]" as it is read: W₂[1,3]. */
export const printTarget = (target: string): string =>
  target.replace(/(?<=^\p{L}+)\d+/u, (digits) => digits.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]));

export interface Unit {
  /** "h1[3]": what is chosen with it. */
  readonly target: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
}

interface Column {
  /** Names of the tensors whose steps light it: "h1", "z1", "b1". */
  readonly names: readonly string[];
  /** The names of the layer's b and W, where it has them. */
  readonly bias?: string | undefined;
  readonly weights?: string | undefined;
  readonly units: readonly Unit[];
  readonly size: number;
}

export interface Edge {
  /** "W2[1,3]" */
  readonly target: string;
  readonly name: string;
  readonly index: number;
  readonly layer: number;
  readonly from: Unit;
  readonly to: Unit;
}

export interface Layout {
  readonly columns: readonly Column[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
  /** Of a unit's circle. */
  readonly radius: number;
}

/** Units drawn in a column; of more the first ones and the last. */
const MOST = 10;
/** What a page has room for; it shrinks a little in a window of 700 pixels. */
const WIDTH = 720;
/** From one column to the next: as far as there is room. */
const [NEAREST, FARTHEST] = [44, 185];
const STEP_Y = 76;
const MARGIN = 58;
const RADIUS = 25;
/** Names longer than this many characters' widths are cut. */
export const LONGEST_NAME = 22;
/** A character's width, about. */
export const CHARACTER = 6.6;
/** From a circle to its name. */
export const NAME_GAP = 8;

/** Pixels that the longest of the names takes beside its circle. */
const roomFor = (names: readonly string[]): number =>
  names.length === 0
    ? 0
    : NAME_GAP + CHARACTER * Math.min(LONGEST_NAME, Math.max(...names.map((name) => stringWidth(name))));

const shown = (size: number): number[] =>
  size <= MOST ? Array.from({ length: size }, (_, i) => i) : [...Array(MOST - 1).keys(), size - 1];

/** Columns: the input, each layer, the loss. The first row stands for the batch where there are several. */
export function layoutOf({ problem, derivation, names: called }: Explained): Layout {
  const nameOf = (node: (typeof problem.layers)[number]["z"]): string => derivation.names.get(node) as string;
  const rows = problem.x.type.shape[0];
  const first = rows === 1 ? "" : "1,";
  const widths = [problem.x, ...problem.layers.map(({ h }) => h)].map(({ type }) => type.shape[1]);
  const tallest = Math.max(...widths.map((size) => shown(size).length));
  const height = 2 * MARGIN + (tallest - 1) * STEP_Y;
  const parameter = (layer: number, wanted: string, rank: number): string | undefined => {
    const node = problem.parameters.find(
      ({ within, type }) => within?.layer === layer && within.role === wanted && type.shape.length === rank,
    );
    return node && nameOf(node);
  };
  // One output is named above it, several at their right.
  const { inputs = [], outputs = [] } = called?.given ?? {};
  const [before, after] = [roomFor(inputs), outputs.length > 1 ? roomFor(outputs) : 0];
  const steps = widths.length;
  const step = Math.max(NEAREST, Math.min(FARTHEST, (WIDTH - 2 * MARGIN - before - after) / steps));
  const column = (names: string[], size: number, at: number, target: (place: number) => string): Column => {
    const places = shown(size);
    const top = height / 2 - ((places.length - 1) * STEP_Y) / 2;
    const units = places.map((place, i) => ({
      target: target(place),
      place,
      x: MARGIN + before + at * step + (at === steps ? after : 0),
      y: top + i * STEP_Y,
    }));
    const [bias, weights] = [parameter(at, "bias", 1), parameter(at, "weight", 2)];
    return { names: bias === undefined ? names : [...names, bias], bias, weights, units, size };
  };
  const columns = [
    column([nameOf(problem.x)], widths[0], 0, (place) => `${nameOf(problem.x)}[${first}${place + 1}]`),
    ...problem.layers.map(({ z, h }, i) =>
      column([nameOf(h), nameOf(z)], widths[i + 1], i + 1, (place) => `${nameOf(h)}[${first}${place + 1}]`),
    ),
    column([nameOf(problem.loss)], 1, problem.layers.length + 1, () => nameOf(problem.loss)),
  ];
  return {
    columns,
    edges: edgesOf(columns, problem.layers.length),
    width: 2 * MARGIN + before + steps * step + after,
    height,
    radius: Math.min(RADIUS, Math.floor(step / 3)),
  };
}

function edgesOf(columns: readonly Column[], layers: number): Edge[] {
  return Array.from({ length: layers }, (_, at) => {
    const [before, after] = [columns[at], columns[at + 1]];
    const { weights: name } = after;
    if (name === undefined) return [];
    return after.units.flatMap((to) =>
      before.units.map((from): Edge => {
        const target = `${name}[${to.place + 1},${from.place + 1}]`;
        return { target, name, index: to.place * before.size + from.place, layer: at, from, to };
      }),
    );
  }).flat();
}

/** Everything on the way from a target to the loss, as targets of units and edges. */
export function pathFrom({ columns, edges }: Layout, target: string): string[] {
  const last = columns.length - 1;
  const edge = edges.find((one) => one.target === target);
  const [name, place] = target.replace("]", "").split("[");
  const lit = new Set<string>([target]);
  let column = edge !== undefined ? edge.layer + 1 : columns.findIndex(({ names }) => names.includes(name));
  if (column < 0) return [target];
  // The last place is the unit's; before it may stand the row.
  let places = new Set<number>([edge?.to.place ?? Number(place?.split(",").at(-1) ?? 1) - 1]);
  if (edge) lit.add(edge.from.target);
  for (; column <= last; column++) {
    for (const unit of columns[column].units) if (places.has(unit.place)) lit.add(unit.target);
    const next = edges.filter(({ layer, from }) => layer === column && places.has(from.place));
    for (const one of next) lit.add(one.target);
    places = column + 1 === last ? new Set([0]) : new Set(next.map(({ to }) => to.place));
  }
  return [...lit];
}
