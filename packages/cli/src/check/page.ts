/** `check --format html`: the certificate as one page that needs nothing but itself. */
import { escapeHtml } from "@chaingrad/core/explain";
import {
  CHECK_HEAD,
  CURVATURE_HEAD,
  checkRows,
  conclusion,
  curvatureRows,
  WITNESS_HEAD,
  witnessRows,
} from "../commands/check.ts";
import type { Curvature } from "../net/check-curvature.ts";
import type { VariableCheck } from "../net/check-net.ts";
import { htmlTable } from "../page/table.ts";
import { THEME } from "../page/theme.ts";

/** @param about what was checked on what, in words */
export function certificatePage(
  about: string,
  checks: readonly VariableCheck[],
  curvature: Curvature | undefined,
): string {
  const lines = conclusion(checks, curvature).split("\n");
  const second =
    curvature === undefined
      ? ""
      : htmlTable("Curvature, the worst first", { head: CURVATURE_HEAD, rows: curvatureRows(curvature) });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Certificate of the gradient · chaingrad</title>
<style>${THEME}</style>
</head>
<body>
<main>
<h1>Certificate of the gradient</h1>
<p>${escapeHtml(about)}</p>
${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join("\n")}
${htmlTable("Gradients, the worst first", { head: CHECK_HEAD, rows: checkRows(checks) })}
${htmlTable("The worst entry of each, by every witness", { head: WITNESS_HEAD, rows: witnessRows(checks) })}
${second}
</main>
</body>
</html>`;
}
