/** The programs in the README, in order. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { transformSync } from "esbuild";

export function programsOf(): string[] {
  const readme = readFileSync(resolve(import.meta.dirname, "../README.md"), "utf8");
  return [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => transformSync(code, { loader: "ts" }).code);
}
