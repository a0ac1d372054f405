/** The certificate of a gradient as one page that needs nothing but itself. */
import type { Curvature, VariableCheck } from "@chaingrad/core/check";
import { escapeHtml } from "@chaingrad/core/explain";
import { folded, htmlTable } from "../html/table.ts";
import { THEME } from "../html/theme.ts";
import { conclusion } from "./conclusion.ts";
import { curvatureTable, entryTable, gradientTable, hessianTable, witnessTable } from "./tables.ts";

/** Numbers stay on one line; where a narrow screen scrolls a table, its rows keep their names. */
const STYLE = `${THEME}td {
  font-variant-numeric: tabular-nums;
}
tbody td,
tbody th {
  white-space: nowrap;
}
tbody th {
  position: sticky;
  left: 0;
  background: var(--paper);
}
`;

/** Entries of one tensor that a page lists; all of them are in the JSON document. */
const MOST_LISTED = 100;

/**
 * A certificate as a page that needs nothing but itself.
 * @param about what was checked on what, in words
 */
export function certificatePage(
  about: string,
  checks: readonly VariableCheck[],
  curvature: Curvature | undefined,
): string {
  const tables = [
    htmlTable("Gradients, the worst first", gradientTable(checks)),
    htmlTable("The worst entry of each, by every witness", witnessTable(checks)),
    ...checks.map(entriesOf),
    ...(curvature === undefined ? [] : curvatureTables(curvature)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Certificate of the gradient · chaingrad</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Certificate of the gradient</h1>
<p>${escapeHtml(about)}</p>
${conclusion(checks, curvature)
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join("\n")}
${tables.join("\n")}
</main>
</body>
</html>`;
}

function entriesOf(check: VariableCheck): string {
  const { name, entries, size } = check;
  const listed = entries.slice(0, MOST_LISTED);
  const number = listed.length < size ? `${listed.length} of the ${size}` : `All ${size}`;
  const title = `${number} entries of ∂L/∂${name}, the worst first`;
  return folded(title, htmlTable(title, entryTable(check, listed)));
}

const curvatureTables = (curvature: Curvature): string[] => [
  htmlTable("Curvature, the worst first", curvatureTable(curvature)),
  ...(curvature.entries.length === 0
    ? []
    : [htmlTable("The worst entry of the Hessian in each tensor's rows", hessianTable(curvature))]),
];
