/** Parallel coordinates: an axis for each quantity, side by side, and a line for each thing that has them all (Inselberg 1985). */
import { formatNumber } from "@chaingrad/core/format";
import { visible } from "@chaingrad/core/visible";
import * as Plot from "@observablehq/plot";
import { COLOURS, draw } from "./draw.ts";

/** An axis: what it is called, and where each line crosses it. */
export interface ParallelAxis {
  readonly name: string;
  /** Numbers on a scale of their own; texts are places in the order of `order`. */
  readonly values: readonly (number | string)[];
  readonly log?: boolean;
  /** The texts from the lowest place up. */
  readonly order?: readonly string[];
}

const WIDTH = 900;
const HEIGHT = 460;
const TICKS = 5;

interface Scaled {
  readonly name: string;
  readonly places: readonly number[];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

function scaled({ name, values, log = false, order }: ParallelAxis): Scaled {
  if (order !== undefined) {
    const at = (text: string): number => (order.indexOf(text) + 0.5) / order.length;
    return {
      name,
      places: values.map((value) => at(String(value))),
      ticks: order.map((text) => ({ at: at(text), text })),
    };
  }
  const numbers = values as readonly number[];
  const [to, back] = log ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const low = to(numbers.reduce((a, b) => Math.min(a, b)));
  const high = to(numbers.reduce((a, b) => Math.max(a, b)));
  const range = high - low || 1;
  const ticks = Array.from({ length: high > low ? TICKS : 1 }, (_, i) => {
    const at = i / (TICKS - 1);
    return { at, text: formatNumber(back(low + at * (high - low)), 2) };
  });
  return { name, places: numbers.map((value) => (to(value) - low) / range), ticks };
}

/**
 * A line for each place in the axes' lists.
 * @param ranks 0 for the line that is to stand out most, up to 1 for those that stand back
 * @param best the line that is drawn on top of all
 */
export function parallelChart(axes: readonly ParallelAxis[], ranks: readonly number[], best: number): string {
  const all = axes.map(scaled);
  const points = (line: number) => all.map(({ places }, axis) => ({ axis, line, at: places[line] }));
  const lines = [...ranks.keys()].filter((line) => line !== best).sort((a, b) => ranks[b] - ranks[a]);
  const ticks = all.flatMap(({ ticks }, axis) => ticks.map((tick) => ({ ...tick, text: visible(tick.text), axis })));
  const names = all.map(({ name }, axis) => ({ axis, name: visible(name) }));
  return draw({
    ...{ width: WIDTH, height: HEIGHT, marginLeft: 55, marginRight: 75, marginTop: 35, marginBottom: 15 },
    x: { axis: null, domain: [0, Math.max(1, axes.length - 1)] },
    y: { axis: null, domain: [0, 1] },
    marks: [
      Plot.ruleX(names, { x: "axis", strokeOpacity: 0.5 }),
      ...lines.map((line) =>
        Plot.line(points(line), {
          ...{ x: "axis", y: "at", stroke: COLOURS[0], strokeWidth: 1.2 },
          strokeOpacity: Number((0.08 + 0.62 * (1 - ranks[line]) ** 2).toFixed(3)),
        }),
      ),
      Plot.line(points(best), { x: "axis", y: "at", stroke: COLOURS[1], strokeWidth: 3 }),
      Plot.text(names, { x: "axis", y: 1, text: "name", dy: -20, fontWeight: "600", fill: "currentColor" }),
      Plot.text(ticks, { x: "axis", y: "at", text: "text", dx: 5, textAnchor: "start", fill: "currentColor" }),
    ],
  });
}
