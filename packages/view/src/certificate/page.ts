/** The certificate of a gradient, to be put into a page or as one of its own. */
import type { CurvatureCheck, VariableCheck } from "@chaingrad/core/check";
import { type ColumnNames, escapeHtml } from "@chaingrad/core/explain";
import { htmlPage } from "../html/page.ts";
import { folded, htmlTable } from "../html/table.ts";
import { scoped, THEME } from "../html/theme.ts";
import { conclusion } from "./conclusion.ts";
import {
  curvatureTable,
  derivativeOf,
  entryTable,
  gradientTable,
  grouped,
  hessianTable,
  witnessTable,
} from "./tables.ts";

/**
 * How a certificate looks, the common style with it. Numbers stay on one line; where a narrow screen scrolls a table, its rows
 * keep their names.
 */
export const CERTIFICATE_STYLE: string = `${THEME}${scoped(`.certificate td {
  font-variant-numeric: tabular-nums;
}
.certificate tbody td,
.certificate tbody th {
  white-space: nowrap;
}
.certificate tbody th {
  position: sticky;
  left: 0;
  background: var(--paper);
}
`)}`;

/** Entries of one tensor that a page lists; all of them are in the JSON document. */
const MOST_LISTED = 100;

/**
 * What was checked, in words and in tables: one element of class `chaingrad`, as HTML.
 * @param names what a table's columns are called, in the place of numbers (`nameNet`)
 */
export function certificateView(
  checks: readonly VariableCheck[],
  curvature?: CurvatureCheck | undefined,
  names?: ColumnNames | undefined,
): string {
  const tables = [
    ...grouped(checks).map((group) => htmlTable(`${titleOf(group)}, the worst first`, gradientTable(group, names))),
    ...grouped(checks).map((group) =>
      htmlTable(`${titleOf(group)}: the worst entry of each, by every witness`, witnessTable(group, names)),
    ),
    ...checks.map((check) => entriesOf(check, names)),
    ...(curvature === undefined ? [] : curvatureTables(curvature, names)),
  ];
  const words = conclusion(checks, curvature, names).map((line) => `<p>${escapeHtml(line)}</p>`);
  return `<div class="chaingrad"><div class="certificate">\n${[...words, ...tables].join("\n")}\n</div></div>`;
}

/**
 * A certificate as a page that needs nothing but itself.
 * @param about what was checked on what, in words
 */
export function certificatePage(
  about: string,
  checks: readonly VariableCheck[],
  curvature?: CurvatureCheck | undefined,
  names?: ColumnNames | undefined,
): string {
  const title = "Certificate of the gradient";
  return htmlPage({
    title,
    style: CERTIFICATE_STYLE,
    body: `<main>\n<h1>${title}</h1>\n<p>${escapeHtml(about)}</p>\n${certificateView(checks, curvature, names)}\n</main>`,
  });
}

const titleOf = ([{ of }]: readonly VariableCheck[]): string =>
  of === undefined ? "Gradients" : of === "L" ? "By the columns of the table" : `${of} by the columns of the table`;

function entriesOf(check: VariableCheck, names: ColumnNames | undefined): string {
  const { name, entries, size } = check;
  const listed = entries.slice(0, MOST_LISTED);
  const number = listed.length < size ? `${listed.length} of the ${size}` : `All ${size}`;
  const title = `${number} entries of ${derivativeOf(check)}${name}, the worst first`;
  return folded(title, htmlTable(title, entryTable(check, listed, names)));
}

const curvatureTables = (curvature: CurvatureCheck, names: ColumnNames | undefined): string[] => [
  htmlTable("Curvature, the worst first", curvatureTable(curvature)),
  ...(curvature.entries.length === 0
    ? []
    : [htmlTable("The worst entry of the Hessian in each tensor's rows", hessianTable(curvature, names))]),
];
