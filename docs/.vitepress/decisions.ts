/** The decision records, in their order. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export interface Decision {
  /** "26 · What is pure leaves the command" */
  readonly text: string;
  readonly link: string;
}

const FOLDER = resolve(import.meta.dirname, "../decisions");

export const decisions: readonly Decision[] = readdirSync(FOLDER)
  .filter((file) => /^\d{4}-.*\.md$/.test(file))
  .sort()
  .map((file) => {
    const heading = /^# (.*)/m.exec(readFileSync(join(FOLDER, file), "utf8"))?.[1] ?? file;
    return { text: heading.replace(/^(\d+)\. /, "$1 · "), link: `/decisions/${file.replace(/\.md$/, ".html")}` };
  });
