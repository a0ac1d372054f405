/** What all pages begin and end with: nothing that they need is elsewhere, and no request leaves them. */
import { escapeHtml } from "@chaingrad/core/explain";
import { PAGE } from "./theme.ts";

export interface PageParts {
  readonly title: string;
  /** Of the texts, as HTML writes it (default "en"). */
  readonly language?: string;
  /** Style sheets of what is in it. */
  readonly style: string;
  readonly body: string;
  /** A program that runs when all is there (default none, and then none may run). */
  readonly script?: string;
  /** Whether it asks the server that it came from (default no). */
  readonly connects?: boolean;
}

export function htmlPage({ title, language = "en", style, body, script, connects }: PageParts): string {
  const scripts = script === undefined ? "" : "; script-src 'unsafe-inline'";
  const sources = connects ? "; connect-src 'self'" : "";
  return `<!doctype html>
<html class="chaingrad" lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${scripts}${sources}">
<title>${escapeHtml(title)} · chaingrad</title>
<style>${PAGE}${style}</style>
</head>
<body>
${body}${script === undefined ? "" : `\n<script>${script}</script>`}
</body>
</html>
`;
}
