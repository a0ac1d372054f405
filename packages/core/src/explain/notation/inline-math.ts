/**
 * Short mathematics in texts: linear Unicode between `$` ("the derivative is $1/(1 + e⁻ᵃ)$"), for LaTeX and for MathML.
 * One reader, two sets of marks. Formulas of derivations are Notation and never pass through here.
 */
import { LOWER, latexCharacter, latexFunction, UPPER } from "../latex/characters.ts";
import { visible } from "../visible.ts";

/** The parts of a text, mathematics and words by turns; a `$` without a second one stays a word. */
export function splitText(text: string): { readonly math: boolean; readonly text: string }[] {
  return text
    .split(/\$([^$]*)\$/)
    .map((part, i) => ({ math: i % 2 === 1, text: part }))
    .filter((part) => part.text !== "");
}

/** Any text for HTML and XML, between tags as well as in an attribute. */
export const escapeHtml = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Raised and lowered characters as "^(…)" and "_(…)". */
function linear(math: string): string {
  const write = (text: string, pairs: string, mark: string): string => {
    const marked = [...pairs].filter((_, i) => i % 2 === 0).join("");
    const plain = (run: string): string => [...run].map((one) => pairs[pairs.indexOf(one) + 1]).join("");
    return text.replace(new RegExp(`[${marked}]+`, "gu"), (run) => `${mark}(${plain(run)})`);
  };
  return write(write(math, UPPER, "^"), LOWER, "_");
}

/** One token, a root, or a space, with what stands above and below it. */
interface Item {
  readonly token: string;
  readonly root?: readonly Item[];
  readonly up: readonly Item[];
  readonly down: readonly Item[];
}

/** A word of three letters or more (and ln) is a function's name; other letters are variables, one by one. */
const TOKEN = / |ln|\p{Script=Latin}{3,}(?:-\p{Script=Latin}+)?|\d+(?:\.\d+)?|\S\p{M}*/gu;
const isName = (token: string): boolean => /^\p{L}{2}/u.test(token);

function read(math: string): Item[] {
  const tokens = linear(math).replace(/\s+/g, " ").match(TOKEN) ?? [];
  let at = 0;
  /** What a mark takes: a group without its parentheses, or one item. */
  const argument = (): Item[] => {
    if (at >= tokens.length) return [];
    if (tokens[at] !== "(") return [item()];
    at++;
    return items(")");
  };
  const items = (end?: string): Item[] => {
    const all: Item[] = [];
    let depth = 0;
    while (at < tokens.length) {
      if (tokens[at] === "(") depth++;
      if (tokens[at] === ")" && depth-- === 0 && end !== undefined) {
        at++;
        break;
      }
      all.push(item());
    }
    return all;
  };
  const item = (): Item => {
    const token = "^_′".includes(tokens[at]) ? "" : tokens[at++];
    const root = token === "√" ? argument() : undefined;
    const [up, down]: [Item[], Item[]] = [[], []];
    while (at < tokens.length && token !== " " && "^_′".includes(tokens[at])) {
      const mark = tokens[at++];
      if (mark === "′") up.push({ token: mark, up: [], down: [] });
      else (mark === "^" ? up : down).push(...argument());
    }
    return { token, ...(root && { root }), up, down };
  };
  return items();
}

/** "$∂L/∂z$" without its marks, as LaTeX. */
export const latexInline = (math: string): string => latexItems(read(math));

function latexItems(items: readonly Item[]): string {
  const script = (mark: string, of: readonly Item[]): string => (of.length === 0 ? "" : `${mark}{${latexItems(of)}}`);
  const base = ({ token, root }: Item): string => {
    if (root) return `\\sqrt{${latexItems(root)}}`;
    if (token === " ") return " ";
    if (isName(token)) return `${latexFunction(token)} `;
    if (token === "") return "{}";
    return token === "Σ" ? "\\sum " : /^\d/.test(token) ? token : latexCharacter(token);
  };
  return items
    .map((item) => {
      const scripts = script("_", item.down) + script("^", item.up);
      return (scripts === "" ? base(item) : base(item).trimEnd()) + scripts;
    })
    .join("")
    .replace(/ +/g, " ")
    .trim();
}

/** "$∂L/∂z$" without its marks, as <math>. */
export const mathmlInline = (math: string): string => `<math>${mathmlItems(read(math))}</math>`;

function mathmlItems(items: readonly Item[]): string {
  const written = items.map((item, i) => {
    if (item.token === " ") return isOperand(items[i - 1]) && isOperand(items[i + 1]) ? SPACE : "";
    const base = item.root ? `<msqrt>${mathmlItems(item.root)}</msqrt>` : mathmlToken(item.token);
    const [up, down] = [item.up, item.down].map((of) => (of.length === 0 ? "" : mathmlItems(of)));
    const name = `m${down && "sub"}${up && "sup"}`;
    return name === "m" ? base : `<${name}>${base}${down}${up}</${name}>`;
  });
  return `<mrow>${written.join("")}</mrow>`;
}

/** Between two of these a space is seen; operators bring their own. */
const isOperand = (item: Item | undefined): boolean =>
  item !== undefined && (item.root !== undefined || /^<m[in]>/.test(mathmlToken(item.token)));
const SPACE = '<mspace width="0.2em"></mspace>';

function mathmlToken(token: string): string {
  if (token === "") return "<mrow></mrow>";
  if (token === "Σ") return "<mo>∑</mo>";
  if (/^\d/.test(token)) return `<mn>${token}</mn>`;
  return /^[\p{L}∂∞…]/u.test(token) ? `<mi>${escapeHtml(token)}</mi>` : `<mo>${escapeHtml(token)}</mo>`;
}
