/** Texts as no file should have them and some do, and what it means that a printer has made them harmless. */
import { visible } from "@chaingrad/core/visible";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import MarkdownIt from "markdown-it";
import { expect } from "vitest";

/** What steers a terminal, a page, Markdown, LaTeX or a compiler. */
export const NASTY: readonly string[] = [
  "\u001b[31mred\u001b[0m",
  "\u001b]0;title\u0007",
  "\u001b]8;;https://evil.example\u001b\\link",
  "\u009b31m",
  "a\nb",
  "\r\nfake: line",
  "over\rwritten",
  "back\b\b\b\b",
  "\u007f\u0000",
  "tab\tbed",
  "\u202egnp.exe",
  "\u2066isolate\u2069",
  "zero\u200bwidth\ufeff",
  "soft\u00adhyphen",
  "line\u2028and\u2029paragraph",
  "\ud800half",
  "half\udc00",
  "a\ufe0f\u{e0041}",
  "literal \\u001b and \\u{e0041}",
  "<script>alert(1)</script>",
  "</script><img src=x onerror=alert(1)>",
  "</title></style><style>*{display:none}</style>",
  "<!-- -->",
  "\"onmouseover='alert(1)'",
  ' aria-label="x" ',
  "&lt;b&gt; &#60; &amp",
  "[x](javascript:alert(1))",
  "![x](https://evil.example/x.png)",
  "[x]: https://evil.example",
  "<https://evil.example>",
  "https://evil.example/path?a=b",
  "www.evil.example",
  "someone@evil.com",
  "# heading",
  "- item",
  "1. item",
  "1) item",
  "> quote",
  "---",
  "===",
  "***",
  "    indented",
  "~~~",
  "```js",
  "`code` ``more``",
  "`https://evil.example`",
  "*a* _b_ **c** __d__ ~~e~~",
  "a|b||",
  "back\\|slash\\",
  "$x^2$ $$y$$",
  "\\(x\\) \\[y\\]",
  "\\input{/etc/passwd}\\end{document}",
  "%comment ^^M #1 & {}",
  "*/ evil(); /*",
  '"""',
  "'''",
  "\\",
  "??/",
  "a ??/ b \\ c ??/",
  "x @ts-nocheck y @ts-ignore",
  "$" + "{process.exit(1)}",
];

/** Names that people give, which every printer shows as they are. */
export const LEGITIMATE: readonly string[] = [
  "年龄",
  "面积（平方米）",
  "이름",
  "عمر العميل",
  "می‌خواهم",
  "שם מלא",
  "naïve e\u0301té",
  "Größe",
  "क्षेत्र क्‍ष",
  "ไทย",
  "👨‍👩‍👧‍👦",
  "❤️ 👍🏽 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣",
  "辻\u{e0100}",
  "C:\\users\\new\\table.csv",
  "price_per_m²",
  "‖∂ℓ/∂θ‖",
  "it's 50 % off",
];

const pieces = fc.array(fc.constantFrom(...NASTY, ...LEGITIMATE, "x", " ", "1"), { minLength: 1, maxLength: 3 });
const units = fc.nat(0xffff).map((code) => String.fromCharCode(code));

/** Any text, most of it nasty. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: pieces.map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1 }) },
  { weight: 1, arbitrary: fc.string({ unit: units, minLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom(..."\\`*_{}[]()<>#+-.!|~$&\"'/@:=^% \nab1"), minLength: 1 }),
  },
);

/** Names of columns: no two alike, none empty, none with space at its ends. */
export const columnNames = (count: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(
    anyText.map((text) => text.trim()).filter((text) => text !== ""),
    { minLength: count, maxLength: count },
  );

const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u202a-\u202e\u2066-\u2069\ufeff\u00ad\u2060-\u2064]/u;

/** Of line feeds and of the command's own colours nothing is said. */
export function expectNoControl(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  const rest = text.replaceAll("\n", "").replace(/\x1b\[(?:2|22|31|34|39)m/g, "");
  const found = CONTROL.exec(rest);
  expect(found && JSON.stringify(rest.slice(Math.max(0, found.index - 20), found.index + 20))).toBeNull();
}

/** The text as a reader sees it, with the codes of what cannot be seen. */
const seen = (text: string): string => visible(text);

const squeezed = (text: string): string => text.replace(/\s+/gu, " ").trim();

/** That each name can be read; lines may have been wrapped. A mark at its start stands on what comes before it, if anything. */
export function expectReadable(text: string, names: readonly string[]): void {
  const whole = text.replace(/\s+/gu, "");
  for (const name of names) {
    const [alone, within] = [seen(name), seen(`'${name}`).slice(1)].map((one) => one.replace(/\s+/gu, ""));
    if (!whole.includes(within)) expect(whole).toContain(alone);
  }
}

export const domOf = (html: string): Document => parseHTML(html).document as unknown as Document;

/** Every element with the names of its attributes: what markup there is, whatever the texts are. */
export const markupOf = (html: string): string[] =>
  [...domOf(html).querySelectorAll("*")].map((element) =>
    [element.tagName, ...[...element.attributes].map(({ name }) => name).sort()].join(" "),
  );

/** What a browser shows of a page, without its script and style. */
export function textOf(html: string): string {
  const page = domOf(html);
  for (const hidden of page.querySelectorAll("script, style")) hidden.remove();
  return squeezed(page.documentElement.textContent ?? "");
}

const markdown = new MarkdownIt({ html: true, linkify: true });
// As GitHub makes links of bare addresses: with a scheme, with www., and of people.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: true }).add("//", null);
const www = /(?<![\w`])www\./i;

/** The same reader, in which what was escaped is told apart. */
const apart = new MarkdownIt({ html: true });
apart.core.ruler.disable("text_join");

interface Read {
  /** Every mark but code, which is how addresses are shown. */
  readonly marks: readonly string[];
  readonly text: string;
  /** Signs that begin or end mathematics. */
  readonly dollars: number;
}

/** What a CommonMark reader with tables makes of a text. */
export function readMarkdown(source: string): Read {
  const tokens = markdown.parse(source, {});
  const flat = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
  const own = flat.filter(({ type }) => !["inline", "text", "text_special", "code_inline", "softbreak"].includes(type));
  const texts = flat.filter(({ type }) => ["text", "text_special", "code_inline"].includes(type));
  for (const { type, content } of texts) if (type === "text") expect(www.test(content), content).toBe(false);
  return {
    marks: own.map(({ type, tag, attrs }) => [type, tag, ...(attrs ?? []).map(([name]) => name)].join(" ")),
    text: texts.map(({ content }) => content).join(""),
    dollars: apart
      .parse(source, {})
      .flatMap(({ children }) => children ?? [])
      .filter(({ type }) => type === "text")
      .reduce((total, { content }) => total + content.split("$").length - 1, 0),
  };
}
