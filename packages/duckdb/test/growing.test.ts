/** Files that grow: read while they are written, begun anew, and refused in words. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GrowingFile } from "../src/files/growing.ts";

const folder = mkdtempSync(join(tmpdir(), "chaingrad-test-"));

test("what is appended is there at once, and nothing before it", () => {
  const path = join(folder, "log");
  writeFileSync(path, "of another time");
  const file = new GrowingFile(path);
  expect(readFileSync(path, "utf8")).toBe("of another time");
  file.append("één\n");
  expect(readFileSync(path, "utf8")).toBe("één\n");
  file.append(Uint8Array.of(0, 255, 10));
  file.close();
  file.close();
  expect([...readFileSync(path)]).toEqual([...Buffer.from("één\n"), 0, 255, 10]);
});

test("a place where it cannot be, or does not fit", () => {
  expect(() => new GrowingFile(join(folder, "no/log")).append("x")).toThrow("does not exist");
  expect(() => new GrowingFile(folder).append("x")).toThrow("it is a folder");
  if (existsSync("/dev/full")) expect(() => new GrowingFile("/dev/full").append("x")).toThrow("the disk is full");
});
