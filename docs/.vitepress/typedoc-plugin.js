/** Names the pages of the API reference as programs import them. */
import { Converter, ReflectionKind } from "typedoc";
import { entryPoints } from "./entry-points.js";

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
    reflection.name = entryPoints.find((known) => known.file === file)?.name ?? reflection.name;
  });
}
