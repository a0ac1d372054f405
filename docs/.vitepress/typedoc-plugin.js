/** Names the pages of the API reference as programs import them. */
import { readFileSync } from "node:fs";
import { Comment, Converter, ReflectionKind } from "typedoc";
import { MarkdownPageEvent } from "typedoc-plugin-markdown";
import { entryPoints } from "./entry-points.js";

/** What a file says of itself, but for the name of the entry point, which is the page's heading. */
const told = (opening) =>
  opening
    .replace(/^The entry point `[^`]*`: |^@chaingrad\/\S+: /, "")
    .trim()
    .replace(/^./, (first) => first.toUpperCase());

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    /** @type {string | undefined} */
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
    reflection.name = entryPoints.find((known) => known.file === file)?.name ?? reflection.name;
    const opening = file && /^\/\*\*\s(.*?)\*\//s.exec(readFileSync(file, "utf8"))?.[1].replace(/^ \* ?/gm, "");
    if (opening) reflection.comment = new Comment([{ kind: "text", text: told(opening) }]);
  });
  // The site's headings have no underscores in their anchors.
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = page.contents?.replace(
      /\]\(([^)#]*#)([\w-]+)\)/g,
      (_, path, anchor) => `](${path}${anchor.replaceAll("_", "-")})`,
    );
  });
}
