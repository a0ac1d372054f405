/** The site: its pages are the Markdown files of this folder, its API reference what typedoc made of the docstrings. */
import { defineConfig } from "vitepress";
import { emptyHeaders, siteLinks, sitePath } from "./links.ts";
import { chinese, english, searchChinese } from "./navigation.ts";

export default defineConfig({
  title: "chaingrad",
  description: "Neural networks on tables, in TypeScript, with the derivation that ran",
  /** Where the site is served from: "/" or, as in DOCS_BASE=/chaingrad/, a folder of a host. */
  base: process.env.DOCS_BASE ?? "/",
  srcExclude: ["**/node_modules/**", "test/**"],
  rewrites: sitePath,
  lastUpdated: false,
  head: [["link", { rel: "icon", href: `${process.env.DOCS_BASE ?? "/"}icon.svg`, type: "image/svg+xml" }]],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    languageAlias: { console: "shellsession" },
    config: (md) => {
      md.use(siteLinks).use(emptyHeaders);
    },
  },
  themeConfig: {
    // The menu leads to the other language: not each page is in both.
    i18nRouting: false,
    search: { provider: "local", options: { locales: { zh: searchChinese } } },
    outline: { level: [2, 3] },
  },
  locales: {
    root: { label: "English", lang: "en", ...english },
    zh: { label: "简体中文", lang: "zh-Hans", ...chinese },
  },
});
