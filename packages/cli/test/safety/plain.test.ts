/** Characters that are taken for plain at a glance are what the tables of all characters say of them. */
import { isNarrow, visible } from "@chaingrad/core/visible";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { displayWidth } from "../../../core/src/explain/terminal/text.ts";
import { widthOfText } from "../../src/output/width.ts";

const PLAIN = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter(isNarrow);

test("each takes one column, by itself and after a letter", () => {
  expect(PLAIN.length).toBeGreaterThan(1000);
  expect(PLAIN.filter((character) => stringWidth(character) !== 1)).toEqual([]);
  expect(PLAIN.filter((character) => stringWidth(`字${character}`) !== 3)).toEqual([]);
});

test("each is shown as it is, beside any other", () => {
  expect(PLAIN.filter((character) => visible(`字${character}`) !== `字${character}`)).toEqual([]);
  expect(visible("\\u001b")).toBe("\\u005cu001b");
});

test("no mark, nothing unseen, nothing wide is among them", () => {
  const other = /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}\p{Emoji_Presentation}\p{Zl}\p{Zp}]/u;
  expect(PLAIN.filter((character) => other.test(character))).toEqual([]);
});

test("derivations are laid out by the same widths", () => {
  for (const text of ["δ₃ ← ∂L/∂z₃ · x̄ᵀ", "x̂ẋ", "字 wide", "ünïcode"]) {
    expect(widthOfText(text)).toBe(stringWidth(text));
    expect(displayWidth(text)).toBe(stringWidth(text));
  }
});
