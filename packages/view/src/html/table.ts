/** Tables and folded parts of pages. */
import { escapeHtml } from "@chaingrad/core/explain";
import { formatNumber } from "@chaingrad/core/format";

export interface PageTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (number | string | null)[])[];
  /** "l", "r" or "c" for each column: where texts are numbers that are written already, or commands. */
  readonly sides?: string;
}

export const folded = (summary: string, body: string): string =>
  `<details><summary>${escapeHtml(summary)}</summary>${body}</details>`;

/** The first cell of a row is its header; numbers and what looks like them stand at the right. */
export function htmlTable(caption: string, { head, rows, sides = "" }: PageTable): string {
  const isNumber = (column: number): boolean =>
    sides[column] === "r" || rows.some((row) => typeof row[column] === "number");
  const cell = (value: number | string | null, c: number): string => {
    const text = value === null ? "–" : typeof value === "number" ? formatNumber(value, 4) : value;
    return c === 0
      ? `<th scope="row">${escapeHtml(text)}</th>`
      : sides[c] === "c"
        ? `<td class="command"><code>${escapeHtml(text)}</code></td>`
        : `<td${typeof value === "number" || sides[c] === "r" ? ' class="number"' : ""}>${escapeHtml(text)}</td>`;
  };
  const titles = head
    .map((title, c) => `<th scope="col"${isNumber(c) ? ' class="number"' : ""}>${escapeHtml(title)}</th>`)
    .join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table>` +
    `<caption>${escapeHtml(caption)}</caption><thead><tr>${titles}</tr></thead><tbody>${body}</tbody></table></div>`
  );
}
