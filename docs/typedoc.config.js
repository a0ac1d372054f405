/** The API reference: one page for each entry point that a package publishes, made of its docstrings. */
import { entryPoints } from "./.vitepress/entry-points.js";

/** @type {Partial<import("typedoc").TypeDocOptions> & Partial<import("typedoc-plugin-markdown").PluginOptions>} */
export default {
  name: "API reference",
  tsconfig: "tsconfig.json",
  entryPoints: entryPoints.map(({ file }) => file),
  // The compiler checks the sources; this reads them.
  skipErrorChecking: true,
  plugin: ["typedoc-plugin-markdown", "./.vitepress/typedoc-plugin.js"],
  out: "api",
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  treatWarningsAsErrors: true,
  excludeScopesInPaths: true,
  entryFileName: "index",
  outputFileStrategy: "modules",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  sanitizeComments: true,
  logLevel: "Warn",
};
