/** Links between files: what they lead to is there, and a page leads only to pages. Anchors are checked in the built site. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { FENCE } from "../../packages/cli/test/support/documents.ts";
import { entryPoints } from "../.vitepress/entry-points.js";
import { DOCS, pages } from "./support/pages.ts";

const ROOT = resolve(DOCS, "..");
/** What typedoc makes: a page for each entry point, and one over all. */
const made = new Set(
  ["index", ...entryPoints.map(({ name }) => name.replace(/^@chaingrad\//, ""))].map((name) => `api/${name}.md`),
);

/** Relative targets, without anchors. */
function targets(text: string): string[] {
  const links = text.replace(FENCE, "").matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g);
  return [...links].map(([, href]) => href).filter((href) => !/^[a-z]+:|^\//.test(href));
}

test.each(pages)("$file links to pages that are there", ({ file, text }) => {
  const paths = targets(text).map((href) => relative(DOCS, resolve(DOCS, dirname(file), href)));
  expect(paths.filter((path) => path.startsWith(".."))).toEqual([]);
  expect(paths.filter((path) => !existsSync(join(DOCS, path)) && !made.has(path))).toEqual([]);
});

const others = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/README.md`),
];
test.each(others)("%s links to files that are there", (file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  expect(targets(text).filter((href) => !existsSync(resolve(ROOT, dirname(file), href)))).toEqual([]);
});

test("each page in Chinese has its original, and both lead to each other", () => {
  const chinese = pages.filter(({ file }) => file.endsWith(".zh.md") && file !== "index.zh.md");
  expect(chinese.map(({ file }) => file)).toEqual([
    "backpropagation.zh.md",
    "certificate.zh.md",
    "first-steps.zh.md",
    "guides/data-attribution.zh.md",
    "guides/judging.zh.md",
    "guides/resume.zh.md",
    "guides/search.zh.md",
    "guides/serve.zh.md",
    "guides/splits-and-folds.zh.md",
    "guides/targets.zh.md",
    "guides/understanding.zh.md",
    "guides/watch.zh.md",
    "reading-a-derivation.zh.md",
  ]);
  for (const { file, text } of chinese) {
    const original = pages.find((page) => page.file === file.replace(".zh.md", ".md"));
    expect(targets(text)).toContain(basename(original?.file ?? ""));
    expect(targets(original?.text ?? "")).toContain(basename(file));
  }
});
