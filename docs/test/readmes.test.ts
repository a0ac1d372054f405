/** What a package's page on npm shows first: its own main job, in under ten lines. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { fencesOf } from "../../packages/cli/test/support/documents.ts";

const PACKAGES = resolve(import.meta.dirname, "../../packages");

test.each(readdirSync(PACKAGES))("%s", (folder) => {
  const text = readFileSync(resolve(PACKAGES, folder, "README.md"), "utf8");
  const { name } = JSON.parse(readFileSync(resolve(PACKAGES, folder, "package.json"), "utf8"));
  expect(text.startsWith(`# ${name}\n`)).toBe(true);
  const [{ body }] = fencesOf(text);
  expect(body).toContain(name);
  expect(body.trimEnd().split("\n").length).toBeLessThan(10);
  expect(text.slice(0, text.indexOf("```")).split("\n").length).toBeLessThan(10);
});
