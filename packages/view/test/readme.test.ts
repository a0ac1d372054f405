/** The README's programs run as they stand: the first one here, against the build, the other one in Chromium (dom.test.ts). */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { programsOf } from "./programs.ts";

test("the README's first program prints a page", () => {
  const cwd = resolve(import.meta.dirname, "..");
  const [program, ...others] = programsOf();
  expect(others.length).toBe(1);
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" });
  expect(output).toMatch(/^<!doctype html>.*<title>A small network · chaingrad<\/title>.*<\/html>/s);
});
