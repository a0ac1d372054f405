/** The certificate's tables as text. */
import type { CurvatureCheck, VariableCheck } from "@chaingrad/core/check";
import {
  type CertificateCells,
  curvatureTable,
  gradientTable,
  hessianTable,
  witnessTable,
} from "@chaingrad/view/certificate";
import type { Shown } from "../output/line.ts";
import { formatTable } from "../output/table.ts";

const table = ({ head, rows, sides }: CertificateCells, width: number): Shown[] =>
  formatTable(head, rows, sides, width);

/** All tables, in lines of at most `width` characters. */
export function report(
  checks: readonly VariableCheck[],
  curvature: CurvatureCheck | undefined,
  width: number,
): Shown[] {
  const second = curvature === undefined ? [] : [curvatureTable(curvature), hessianTable(curvature)];
  return [gradientTable(checks), witnessTable(checks), ...second]
    .filter(({ rows }) => rows.length > 0)
    .flatMap((cells, i) => [...(i === 0 ? [] : [""]), ...table(cells, width)]);
}
