/** A chart of Observable Plot as SVG text, without a browser. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const WIDTH = 680;
export const HEIGHT = 320;

/** Colours that stand out from white and from near-black; lines differ in their dashes, too. */
export const COLOURS: readonly string[] = ["#3b7dd8", "#c2571a", "#2f8f5b", "#a64ca6", "#8a7a1f", "#c0405a"];

export function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<html><body></body></html>");
  const style = { background: "transparent", color: "currentColor", fontSize: "13px", overflow: "visible" };
  const svg = Plot.plot({
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    marginBottom: 45,
    document,
    style,
    ...options,
  });
  // The figure has a name; those that Plot gives to its groups ("line") say nothing, and not where they may stand.
  for (const named of svg.querySelectorAll("[aria-label]")) named.removeAttribute("aria-label");
  return svg.outerHTML;
}
