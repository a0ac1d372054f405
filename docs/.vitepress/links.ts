/** Where files become pages. Links in files are between files, so that they hold in the repository, too. */
import { posix, relative, resolve } from "node:path";
import type { MarkdownRenderer } from "vitepress";

/** `name.zh.md` is `zh/name.md`, a README its folder's page. */
export const sitePath = (file: string): string =>
  file.replace(/^(.*)\.zh\.md$/, "zh/$1.md").replace(/README\.md$/, "index.md");

/** A relative link from one file to another as a link between their pages. */
function siteLink(href: string, file: string): string {
  const [, path, rest] = /^([^?#]*)(.*)$/.exec(href) as RegExpExecArray;
  if (!path.endsWith(".md") || /^[a-z]+:|^\//.test(path)) return href;
  return `/${sitePath(posix.join(posix.dirname(file), path))}${rest}`;
}

const DOCS = resolve(import.meta.dirname, "..");

/** For markdown-it: all links of a page, and the pictures of the benchmark, which is included from its own folder. */
export function siteLinks(md: MarkdownRenderer): void {
  md.core.ruler.push("site-links", ({ tokens, env }) => {
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        const href = token.type === "link_open" ? token.attrGet("href") : null;
        if (token.type === "image" && token.attrGet("src") === "cost.svg") token.attrSet("src", "../bench/cost.svg");
        if (href !== null) token.attrSet("href", siteLink(href, relative(DOCS, env.realPath ?? env.path)));
      }
    }
  });
}

/** For markdown-it: a header without text is no header, but a cell. */
export function emptyHeaders(md: MarkdownRenderer): void {
  md.core.ruler.push("empty-headers", ({ tokens }) => {
    for (const [i, { type }] of tokens.entries()) {
      if (type !== "th_open" || tokens[i + 1].content !== "") continue;
      tokens[i].tag = "td";
      tokens[i + 2].tag = "td";
    }
  });
}
