/** cost.svg: microseconds a step over parameters, a panel for each engine, a line for each batch, and the two floors. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const COLOURS = ["#4269d0", "#b07d00", "#2e9a44", "#d1495b", "#7d4fc4"];
const HEIGHT = 480;
const MARGINS = { marginLeft: 50, marginRight: 15, marginTop: 45, marginBottom: 100 };

const exponent = (value) => Math.round(Math.log10(value));
const power = (value) => `10${[...String(exponent(value))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`;
const powers = ([low, high]) =>
  Array.from(
    { length: 1 + Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) },
    (_, i) => 10 ** (i + Math.ceil(Math.log10(low))),
  );
const extent = (values) => [Math.min(...values), Math.max(...values)];

/** What the arithmetic and the optimizer's traffic would cost at the speeds that were measured. */
function floors({ points, bandwidth, peak, bytes }) {
  const arithmetic = peak === undefined ? [] : points.map((one) => ({ ...one, us: one.flops / peak / 1e3 }));
  const traffic = points.map((one) => ({ ...one, us: (bytes * one.parameters) / bandwidth / 1e3 }));
  return { arithmetic, traffic };
}

/** Each line's label stands left of its first point, pushed up where it would touch the one below. */
function labels(points, engines, [low, high]) {
  const apart = ((high / low) ** (1 / (HEIGHT - MARGINS.marginTop - MARGINS.marginBottom))) ** 14;
  return engines.flatMap((name) => {
    const smallest = Math.min(...points.map(({ parameters }) => parameters));
    const first = points.filter((one) => one.name === name && one.parameters === smallest).sort((a, b) => a.us - b.us);
    let above = 0;
    return first.map((one) => {
      above = Math.max(one.us, above * apart);
      return { ...one, us: above };
    });
  });
}

function marks(size, engines, domain) {
  const { arithmetic, traffic } = floors(size);
  const at = { x: "parameters", y: "us", fx: "name", clip: true };
  const line = { ...at, stroke: "batch", z: "batch" };
  return [
    Plot.frame({ stroke: "#ccc" }),
    Plot.line(traffic, {
      ...at,
      z: null,
      sort: "parameters",
      stroke: "#555",
      strokeWidth: 1.5,
      strokeDasharray: "1 4",
    }),
    Plot.line(arithmetic, { ...line, strokeDasharray: "5 3", strokeOpacity: 0.75 }),
    Plot.line(size.points, { ...line, strokeWidth: 2 }),
    Plot.dot(size.points, { ...at, fill: "batch", r: 2.5 }),
    Plot.text(labels(size.points, engines, domain), {
      ...at,
      text: ({ batch }) => `batch ${batch}`,
      fill: "batch",
      dx: -7,
      textAnchor: "end",
    }),
    Plot.text([legend(size)], {
      fx: () => engines[0],
      frameAnchor: "bottom-left",
      dy: 92,
      lineHeight: 1.3,
      text: (d) => d,
    }),
  ];
}

function legend({ peak, bandwidth, bytes }) {
  const arithmetic =
    peak === undefined ? "" : `dashed: the step's arithmetic at the large sgemm's ${peak.toFixed(0)} GFLOP/s\n`;
  return `solid: measured\n${arithmetic}dotted: Adam's ${bytes} bytes a parameter at ${bandwidth.toFixed(0)} GB/s of main memory`;
}

export function costChart(size) {
  const engines = [...new Set(size.points.map(({ name }) => name))];
  const batches = [...new Set(size.points.map(({ batch }) => batch))].sort((a, b) => a - b);
  const [least, most] = extent(size.points.map(({ parameters }) => parameters));
  const [fastest, slowest] = extent(size.points.map(({ us }) => us));
  const domain = { x: [least / 50, most * 2], y: [fastest / 8, slowest * 3] };
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    document,
    width: Math.max(500, 90 + 360 * engines.length),
    height: HEIGHT,
    ...MARGINS,
    style: { background: "white", color: "#222", fontSize: "12px", fontFamily: "system-ui, sans-serif" },
    x: {
      type: "log",
      domain: domain.x,
      label: "parameters",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
      ticks: powers([least / 1.2, most * 2]),
      tickFormat: power,
      grid: true,
    },
    y: { type: "log", domain: domain.y, label: "µs per step", ticks: powers(domain.y), tickFormat: power, grid: true },
    fx: { label: null, domain: engines },
    color: { type: "ordinal", domain: batches, range: COLOURS },
    marks: marks(size, engines, domain.y),
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = "Microseconds a training step over parameters, for several batches and engines";
  svg.prepend(title);
  return svg.outerHTML;
}
