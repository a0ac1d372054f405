/** The way back from MathML: one line of Unicode as the terminal prints it, with no more parentheses than are seen. */

interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

const UNESCAPED: Readonly<Record<string, string>> = { "&lt;": "<", "&#60;": "<", "&gt;": ">", "&#62;": ">" };

/** The tree of elements; attributes and the TeX source that KaTeX keeps are left out. */
function parse(xml: string): Element {
  const root: Element = { name: "root", children: [], text: "" };
  const open = [root];
  for (const [, close, name, empty, text] of xml
    .replace(/<annotation.*?<\/annotation>/gs, "")
    .matchAll(/<(\/?)(\w+)[^>]*?(\/?)>|([^<]+)/g)) {
    const parent = open[open.length - 1];
    if (text !== undefined) parent.text += text.replace(/&[^;]+;/g, (entity) => UNESCAPED[entity]);
    else if (close) open.pop();
    else {
      const element = { name, children: [], text: "" };
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  return root;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  "∑": "Σ",
  "⋅": "·",
  "⊤": "ᵀ",
  "-": "−",
  "\u2061": "",
  ln: "log",
};
const LOWERED: Readonly<Record<string, string>> = { i: "ᵢ", j: "ⱼ" };

/** Two names side by side are two names. */
const join = (parts: readonly string[]): string =>
  parts.reduce((left, right) => left + (/[\p{L}\d]$/u.test(left) && /^[\p{L}\d]/u.test(right) ? " " : "") + right, "");

function write({ name, children, text }: Element): string {
  const parts = children.map(write);
  if (name === "mspace") return " ";
  if (name === "mfrac") return `((${parts[0]})/(${parts[1]}))`;
  if (name === "msqrt") return `sqrt(${join(parts)})`;
  if (name === "msub") return parts[0] + (LOWERED[parts[1]] ?? `[${parts[1]}]`);
  if (name === "msup") return parts[0] + (parts[1] === "ᵀ" ? "ᵀ" : `^(${parts[1]})`);
  return children.length > 0 ? join(parts) : (CHARACTERS[text] ?? text);
}

/** "<mfrac><mi>a</mi><mi>b</mi></mfrac>" is "((a)/(b))": the bar groups, nothing else does. */
export const readMathml = (xml: string): string => write(parse(xml));
