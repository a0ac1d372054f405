/** What the pages have in common: colours for light and dark, type, tables and equations. */

/** Contrast of text to paper is 7 or more, of marks to paper 3 or more, in both schemes. */
const LIGHT = `
  color-scheme: light;
  --text: #1c2430;
  --quiet: #56606e;
  --paper: #fdfdfb;
  --line: #d5dae1;
  --shade: #f2f4f7;
  --link: #1f5fae;
  --positive: #2463b0;
  --negative: #b3361c;
  --lit: #f6c945;`;
const DARK = `
  color-scheme: dark;
  --text: #e6e9ee;
  --quiet: #a8b1bd;
  --paper: #14181e;
  --line: #353d48;
  --shade: #1c222a;
  --link: #8ab8f2;
  --positive: #7fb2f5;
  --negative: #f58b71;
  --lit: #8a6d12;`;

/** Follows the system, unless the page or the view itself says data-scheme. */
const schemes = (name: string, variables: string): string =>
  `[data-scheme="${name}"] .chaingrad, .chaingrad[data-scheme="${name}"] {${variables}\n}\n`;

/** Rules for what is inside an element of class `chaingrad`, and for nothing else. */
export const scoped = (rules: string): string => `.chaingrad {\n${rules}}\n`;

/** What only a page of our own needs: such a page has the class on its root. */
export const PAGE: string = `body {
  margin: 0 auto;
  max-width: 58rem;
  padding: 1.5rem clamp(1rem, 4vw, 2.5rem) 4rem;
  background: var(--paper);
}
@media print {
  body {
    max-width: none;
  }
  figure,
  tr {
    break-inside: avoid;
  }
  h2,
  h3,
  caption {
    break-after: avoid;
  }
}
`;

const BASE = `background: var(--paper);
color: var(--text);
font: 1rem / 1.6 "Source Serif 4", Charter, Georgia, "Noto Serif CJK SC", serif;
* {
  box-sizing: border-box;
}
h1,
h2,
h3,
nav,
table,
summary,
figcaption,
.chart {
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans CJK SC", sans-serif;
}
h1 {
  font-size: clamp(1.5rem, 5vw, 2.1rem);
  line-height: 1.2;
  margin: 0.5rem 0;
  overflow-wrap: anywhere;
}
h2 {
  margin: 3rem 0 0.75rem;
  padding-top: 1rem;
  border-top: 1px solid var(--line);
  font-size: 1.35rem;
}
h3 {
  font-size: 1.05rem;
  margin-top: 2rem;
}
a {
  color: var(--link);
}
nav ul {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1.25rem;
  padding: 0;
  list-style: none;
}
figure {
  margin: 1.5rem 0;
}
.chart svg {
  max-width: 100%;
  height: auto;
}
figcaption {
  color: var(--quiet);
  margin-bottom: 0.5rem;
}
.scroll,
.equation {
  overflow-x: auto;
}
table {
  border-collapse: collapse;
  font-size: 0.9rem;
  margin: 0.75rem 0;
}
caption {
  text-align: left;
  color: var(--quiet);
  padding-bottom: 0.25rem;
}
th,
td {
  padding: 0.25rem 0.75rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}
thead th {
  background: var(--shade);
}
tbody th {
  font-weight: 500;
}
.number {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
.command {
  min-width: 18rem;
}
details {
  margin: 0.5rem 0 1rem;
}
summary {
  cursor: pointer;
  color: var(--link);
}
.equation {
  margin: 1rem 0 0;
}
math[display="block"] {
  display: block math;
  margin-inline: 0;
  width: max-content;
}
.sides mtd {
  text-align: left;
  padding: 0.2em 0.25em;
}
.rule {
  margin: 0 0 1rem;
  color: var(--quiet);
  font-size: 0.85rem;
}
.legend {
  display: grid;
  grid-template-columns: max-content 1fr;
  gap: 0.25rem 1.25rem;
}
.legend dt {
  max-width: 14rem;
}
.legend dd {
  margin: 0;
}
@media (max-width: 34rem) {
  .legend {
    grid-template-columns: 1fr;
  }
  .legend dd {
    margin-bottom: 0.5rem;
  }
}
.symbol {
  display: none;
}
&:has(.symbols-switch :checked) {
  .symbol {
    display: revert;
  }
  .name {
    display: none;
  }
}
.symbols-switch {
  font: 0.9rem system-ui, sans-serif;
}
`;

/** The style sheet of all views: colours for light and dark, type, tables and equations, all below `.chaingrad`. */
export const THEME: string = `.chaingrad {${LIGHT}
}
@media (prefers-color-scheme: dark) {
  .chaingrad {${DARK}
  }
}
${schemes("light", LIGHT)}${schemes("dark", DARK)}${scoped(BASE)}`;
