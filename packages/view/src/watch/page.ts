/** The entry point `@chaingrad/view/watch`: a page that follows a training, for whoever serves it (`@chaingrad/serve/watch`). */
import { escapeHtml } from "@chaingrad/core/explain";
import { htmlPage } from "../html/page.ts";
import { scoped, THEME } from "../html/theme.ts";
import { follow } from "./follow.ts";

const RULES = `header p {
  margin: 0.25rem 0;
}
#status {
  font: 1rem / 1.5 system-ui, sans-serif;
  min-height: 3em;
}
.controls {
  display: flex;
  flex-wrap: wrap;
  gap: 0.75rem 1.5rem;
  align-items: center;
  font: 0.95rem / 1.4 system-ui, sans-serif;
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--shade);
}
.controls label {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 0.75rem;
  align-items: center;
}
button,
select {
  font: inherit;
  min-height: 2.5rem;
  padding: 0.3rem 0.9rem;
  border: 1px solid var(--quiet);
  border-radius: 0.4rem;
  background: var(--paper);
  color: var(--text);
}
button:disabled,
input:disabled {
  opacity: 0.5;
}
input[type="range"] {
  width: 11rem;
  max-width: 70vw;
  min-height: 2.5rem;
  accent-color: var(--link);
}
output {
  min-width: 9em;
  font-variant-numeric: tabular-nums;
}
:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
}
[hidden] {
  display: none !important;
}
.plot {
  display: block;
  width: 100%;
}
.plot text {
  font: 12px system-ui, sans-serif;
  fill: var(--quiet);
}
.plot .grid {
  stroke: var(--line);
}
.plot path {
  fill: none;
  stroke-width: 2;
}
.charts,
#networks {
  display: grid;
  gap: 1rem 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
}
#networks {
  grid-template-columns: repeat(auto-fill, minmax(min(12rem, 100%), 1fr));
}
.charts figure,
#networks figure {
  margin: 0;
  min-width: 0;
}
#networks button {
  display: block;
  width: 100%;
  text-align: left;
  padding: 0.5rem;
  border-color: var(--line);
  background: var(--paper);
}
#networks button[aria-pressed="true"] {
  border-color: var(--link);
  box-shadow: inset 0 0 0 1px var(--link);
}
.key {
  display: flex;
  flex-wrap: wrap;
  gap: 0 1rem;
  font: 0.85rem / 1.5 system-ui, sans-serif;
  color: var(--quiet);
  min-height: 1.5em;
}
.key svg {
  width: 1.8em;
  height: 0.6em;
  margin-right: 0.35em;
}
.line-0 {
  stroke: #3b7dd8;
}
.line-1 {
  stroke: #c2571a;
  stroke-dasharray: 6 3;
}
.line-2 {
  stroke: #2f8f5b;
  stroke-dasharray: 2 3;
}
.line-3 {
  stroke: #a64ca6;
  stroke-dasharray: 8 3 2 3;
}
.line-4 {
  stroke: #8a7a1f;
  stroke-dasharray: 1 4;
}
.line-5 {
  stroke: #c0405a;
  stroke-dasharray: 12 4;
}
@media print {
  .controls {
    display: none;
  }
}
`;

/** How long the dial is: from 2⁻⁷ to 2⁷, in halves of a power. */
const REACH = 7;

/**
 * A page that connects to where it came from: `events` tells it what a training says, and it posts to `stop` and `rate`, with the token.
 * @param title what is learnt from what
 */
export function watchPage(title: string, token: string): { readonly html: string; readonly script: string } {
  const script = `(${follow})(document, ${JSON.stringify(token)});`;
  const html = htmlPage({
    ...{ title: `${title}, training`, style: `${THEME}${scoped(RULES)}`, connects: true, script },
    body: `<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p id="status" role="status">Connecting …</p>
<noscript><p>This page follows a training by a script, which this browser does not run.</p></noscript>
</header>
<div class="controls" role="group" aria-label="Controls">
<button id="stop" type="button" disabled>Stop, and keep the best model</button>
<label id="dial">Learning rate <input id="rate" type="range" min="${-REACH}" max="${REACH}" step="0.5" value="0" disabled aria-describedby="turned">
<output id="turned" for="rate">× 1</output></label>
<button id="reset" type="button" disabled>As planned (× 1)</button>
</div>
<section id="overview" aria-labelledby="overview-title" hidden>
<h2 id="overview-title">Networks</h2>
<p id="progress"></p>
<div id="networks"></div>
</section>
<section aria-labelledby="detail-title">
<h2 id="detail-title">Training</h2>
<p id="latest"></p>
<div class="charts" id="charts"></div>
</section>
<section id="judged" aria-labelledby="judged-title" hidden>
<h2 id="judged-title">What it reached</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Scores"><table id="scores"></table></div>
</section>
</main>`,
  });
  return { html, script };
}
