/** How the derivation's page looks, on top of what all pages have. */
import { scoped, THEME } from "../html/theme.ts";

const RULES = `h2 {
  border: 0;
  padding: 0;
}
summary h2 {
  display: inline;
}
h4 {
  margin: 1.5rem 0 0.25rem;
}
.hidden {
  position: absolute;
  clip-path: inset(50%);
  width: 1px;
  height: 1px;
  overflow: hidden;
}
.note {
  color: var(--quiet);
  font-size: 0.9rem;
}
button,
select {
  font: 1rem / 1.4 system-ui, sans-serif;
  min-height: 2.5rem;
  padding: 0.3rem 0.9rem;
  border: 1px solid var(--quiet);
  border-radius: 0.4rem;
  background: var(--shade);
  color: var(--text);
}
select {
  max-width: 100%;
}
button:disabled {
  opacity: 0.5;
}
#scheme {
  font-size: 0.85rem;
}
:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
}
.stepper {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
}
.picture {
  overflow-x: auto;
  border: 1px solid var(--line);
  border-radius: 0.6rem;
  background: var(--shade);
}
.picture svg {
  display: block;
  margin: 0 auto;
  max-width: 100%;
  min-width: 30rem;
  height: auto;
  font-family: system-ui, sans-serif;
  fill: var(--text);
}
svg .edge .line {
  stroke: var(--positive);
}
svg .edge.negative .line {
  stroke: var(--negative);
  stroke-dasharray: 7 4;
}
svg .hit {
  stroke: transparent;
  stroke-width: 14px;
  fill: transparent;
}
svg .link {
  stroke: var(--quiet);
  stroke-width: 1px;
}
svg circle {
  fill: var(--paper);
  stroke: var(--quiet);
  stroke-width: 1.5px;
}
svg text {
  text-anchor: middle;
  font-size: 12.5px;
}
svg .called {
  paint-order: stroke;
  stroke: var(--shade);
  stroke-width: 4px;
}
svg .called.end {
  text-anchor: end;
}
svg .called.start {
  text-anchor: start;
}
svg .value {
  font-size: 11px;
}
svg .texts {
  pointer-events: none;
}
svg .value.negative {
  fill: var(--negative);
}
svg .value.positive {
  fill: var(--positive);
}
svg .bias .mark {
  fill: var(--positive);
}
svg .bias.negative .mark {
  fill: var(--paper);
  stroke: var(--negative);
  stroke-width: 2px;
}
svg [role="button"] {
  cursor: pointer;
}
svg [role="button"]:focus {
  outline: none;
}
svg .unit:focus-visible circle,
svg .bias:focus-visible .mark {
  stroke: var(--link);
  stroke-width: 4px;
}
svg .edge:focus-visible .hit {
  stroke: var(--link);
  stroke-opacity: 0.5;
}
svg.dimmed .edge:not(.lit) .line {
  opacity: 0.28;
}
svg .unit.lit circle {
  fill: var(--lit);
  stroke: var(--text);
}
svg .edge.lit .line {
  opacity: 1;
}
svg .edge.lit .hit {
  stroke: var(--lit);
  stroke-opacity: 0.35;
  stroke-width: 9px;
}
svg .bias.lit .mark {
  stroke: var(--text);
  stroke-width: 2px;
}
svg [aria-pressed="true"] circle {
  stroke-width: 4px;
}
svg [aria-pressed="true"] .hit {
  stroke-opacity: 0.8;
}
@media (prefers-reduced-motion: no-preference) {
  svg .line,
  svg circle {
    transition:
      opacity 0.2s,
      fill 0.2s;
  }
}
@media (forced-colors: active) {
  svg .edge .line {
    stroke: CanvasText;
  }
  svg .lit circle {
    stroke-width: 4px;
  }
}
.card {
  margin: 0.75rem 0;
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-left: 4px solid var(--link);
  border-radius: 0.4rem;
  background: var(--shade);
}
.card .shape {
  margin: 0.4rem 0;
  color: var(--quiet);
  font: 0.85rem system-ui, sans-serif;
}
.card .rule {
  margin: 0.4rem 0 0;
}
.card .equation {
  margin: 0;
}
.factors {
  padding-left: 1.5rem;
}
.says {
  min-height: 1.6em;
  font-weight: 600;
}
`;

/** The style sheet of a derivation, the common one with it. */
export const STYLE: string = THEME + scoped(RULES);
