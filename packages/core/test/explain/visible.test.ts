/** Text from anywhere as it may be shown: no unseen character, nothing lost, nothing legitimate damaged. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { visible } from "../../src/explain/visible.ts";

const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u202a-\u202e\u2060-\u206f\ufeff\u00ad\ufff9-\ufffb]/u;
const units = fc.nat(0xffff).map((code) => String.fromCharCode(code));
const hard = fc.constantFrom(..."\u001b\n\\u{}01bdfe\u200b\u200d\u200e\u202e\ufe0f\u{e0041}\ud800\udc00א👩");
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: units }), fc.string({ unit: hard }));

/** What a reader of the codes makes of them. */
const read = (text: string): string =>
  text.replace(/\\u(?:([0-9a-f]{4})|\{([0-9a-f]+)\})/g, (_, short, long) =>
    String.fromCodePoint(Number.parseInt(short ?? long, 16)),
  );

test("no text has anything unseen left, and every one can be read back", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = visible(text);
      expect(UNSEEN.test(shown)).toBe(false);
      expect(read(shown)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["\u001b[31m", "\\u001b[31m"],
  ["a\nb\r\tc", "a\\u000ab\\u000d\\u0009c"],
  ["\u009b\u007f\u0000", "\\u009b\\u007f\\u0000"],
  ["\u202egnp.exe", "\\u202egnp.exe"],
  ["pri\u200bce\ufeff", "pri\\u200bce\\ufeff"],
  ["\u2028\u2029", "\\u2028\\u2029"],
  ["\ud800", "\\ud800"],
  ["a\ufe0f", "a\\ufe0f"],
  ["b\u{e0041}\u{e007f}", "b\\u{e0041}\\u{e007f}"],
  ["ab\u200dc", "ab\\u200dc"],
  ["left\u200e", "left\\u200e"],
  ["\\u001b", "\\u005cu001b"],
  ["\\u{1}", "\\u005cu{1}"],
  ["\\\\u001b", "\\\\u005cu001b"],
])("%j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each([
  "年龄",
  "이름",
  "عمر",
  "می‌خواهم",
  "\u200fשלום (1)\u200f",
  "naïve e\u0301",
  "क्‍ष क्‌ष",
  "ไทย\u200bภาษา",
  "👨‍👩‍👧 👍🏽 🏳️‍🌈 ❤️‍🔥 ❤️ 1️⃣ 🇨🇭",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "辻\u{e0100}",
  "C:\\users\\new",
  "∂L/∂W₁ ⊙ x̄ᵀ",
])("%s stays as it is", (text) => {
  expect(visible(text)).toBe(text);
});
