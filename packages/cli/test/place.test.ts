/** Where a text is wrong, as it is pointed at: on one line each, below the place where it is seen. */
import { describe, expect, it } from "vitest";
import { pointAt } from "../src/output/place.ts";

/** Points at the last character that no formula has. */
const pointed = (text: string, sign: string): string[] =>
  pointAt({ text, column: [...text.slice(0, text.lastIndexOf(sign))].length + 1 }).map((line) => line.text);

it.each([
  ["x + $y", "$", 5],
  ["$", "$", 1],
  ["x + 😀", "😀", 5],
  ["constructor(x)", "constructor", 1],
])("a caret below the place: %j", (text, sign, column) => {
  const [shown, caret] = pointed(text, sign);
  expect(shown).toBe(text);
  expect(caret).toMatch(/^ *\^$/);
  expect(caret).toHaveLength(column);
});

it("never repeats a control character", () =>
  expect(pointed("x +\u001b[31m\n y", "\u001b")).toEqual(["x +\\u001b[31m\\u000a y", "   ^"]));

it.each([
  ["`年龄` $", "`年龄` $", 7],
  ["`👨‍👩‍👧` $", "`👨‍👩‍👧` $", 5],
  ["`e\u0301` $", "`e\u0301` $", 4],
  ["`a\u001b` $", "`a\\u001b` $", 10],
])("points at the place where it is seen: %j", (text, seen, columns) => {
  expect(pointed(text, "$")).toEqual([seen, `${" ".repeat(columns)}^`]);
});

describe("a long text", () => {
  const long = (before: number, after: number): string => `${"x + ".repeat(before)}?${" + x".repeat(after)}`;

  it.each([long(30, 30), long(0, 30), long(30, 0), long(14, 1)])("shows a window round the place: %s", (text) => {
    const [shown, caret] = pointed(text, "?");
    expect(shown.length).toBeLessThanOrEqual(62);
    expect(shown[caret.length - 1]).toBe("?");
    expect(text).toContain(shown.replaceAll("…", ""));
    expect(shown.startsWith("…")).toBe(!text.startsWith(shown.slice(0, 40)));
    expect(shown.endsWith("…")).toBe(!text.endsWith(shown.slice(-20)));
  });
});
