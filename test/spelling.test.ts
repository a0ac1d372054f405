/** One spelling: optimizer and minimizer, as the field writes them, in names, options and prose; all else is British (decision 29). */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

test("optimizer and minimizer have a z everywhere", () => {
  const root = resolve(import.meta.dirname, "..");
  const pattern = ["optimi", "minimi"].map((stem) => `${stem}[s]`).join("|");
  const args = ["grep", "-nIiE", pattern, "--", ".", ":!package-lock.json"];
  let found = "";
  try {
    found = execFileSync("git", args, { cwd: root, encoding: "utf8" });
  } catch (error) {
    // Nothing found is status 1.
    if ((error as { status?: number }).status !== 1) throw error;
  }
  expect(found).toBe("");
});
