/** The certificate's tables as text. */
import type { CurvatureCheck, VariableCheck } from "@chaingrad/core/check";
import type { ColumnNames } from "@chaingrad/core/explain";
import {
  type CertificateCells,
  curvatureTable,
  gradientTable,
  grouped,
  hessianTable,
  witnessTable,
} from "@chaingrad/view/certificate";
import type { Shown } from "./line.ts";
import { formatTable } from "./table.ts";

const table = ({ head, rows, sides }: CertificateCells, width: number): Shown[] =>
  formatTable(head, rows, sides, width);

/** All tables, in lines of at most `width` characters. */
export function report(
  checks: readonly VariableCheck[],
  curvature: CurvatureCheck | undefined,
  width: number,
  names?: ColumnNames,
): Shown[] {
  const second = curvature === undefined ? [] : [curvatureTable(curvature), hessianTable(curvature, names)];
  const groups = grouped(checks);
  const [gradients, witnesses] = [gradientTable, witnessTable].map((of) => groups.map((group) => of(group, names)));
  return [...gradients, ...witnesses, ...second]
    .filter(({ rows }) => rows.length > 0)
    .flatMap((cells, i) => [...(i === 0 ? [] : [""]), ...table(cells, width)]);
}
