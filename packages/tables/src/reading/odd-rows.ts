/**
 * Rows of a sheet that are no observations: units below the header, sums and means below the numbers. Whether a row is one
 * cannot be known for certain, so none is left out: it is said where one may be, and what to do.
 */
import type { Entry, Judged } from "./kinds.ts";

/** English, German, French, Spanish, Italian, Portuguese, Dutch, as for months, and Chinese. */
const SUMMARIES = new Set([
  ...["total", "totals", "grand total", "subtotal", "sum", "average", "avg", "mean"],
  ...["summe", "gesamt", "gesamtsumme", "insgesamt", "mittelwert", "durchschnitt"],
  ...["somme", "moyenne", "total général", "suma", "promedio", "total general", "somma", "totale", "media"],
  ...["soma", "média", "totaal", "som", "gemiddelde"],
  ...["合计", "合計", "总计", "總計", "总和", "小计", "平均", "平均值", "均值"],
]);

const isSummary = (text: string): boolean => SUMMARIES.has(text.replace(/\s*[:：]$/, "").toLowerCase());
/** "Total 2024", where a number is due. */
const namesSummary = (text: string): boolean => text.split(/[^\p{L}]+/u).some(isSummary);

/** What may be done about a cell that is no number where others are, by where it stands: "to be deleted if it holds units". */
export function adviceFor({ cells }: Judged, { text, count, first }: Entry): string | undefined {
  if (count > 1) return undefined;
  if (first === 0) return /^[^\p{L}]*\d/u.test(text) ? undefined : "to be deleted if it holds units";
  const isLast = first === cells.places.length - 1;
  return isLast && namesSummary(text) ? "to be deleted if it holds totals" : undefined;
}

/** "row 41, the last one, holds 'Total' in 'name': delete it if it sums up the others" */
export function summaryNotes(judged: readonly Judged[]): string[] {
  const said = judged.flatMap(({ cells, entries }) =>
    entries
      .filter(({ text, count, first }) => count === 1 && first === cells.places.length - 1 && isSummary(text))
      .map(({ text, first }) => [first + 1, `'${text}' in '${cells.name}'`] as const),
  );
  if (said.length === 0) return [];
  const [[row, what]] = said;
  return [`row ${row}, the last one, holds ${what}: delete it if it sums up the others`];
}
