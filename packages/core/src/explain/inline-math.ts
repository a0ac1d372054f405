/**
 * Short mathematics in texts: linear Unicode between `$` ("the derivative is $1/(1 + e⁻ᵃ)$"), for LaTeX and for MathML
 * character by character. Formulas of derivations are Notation and never pass through here.
 */

/** The parts of a text, mathematics and words by turns. */
export function splitText(text: string): { readonly math: boolean; readonly text: string }[] {
  return text
    .split("$")
    .map((part, i) => ({ math: i % 2 === 1, text: part }))
    .filter((part) => part.text !== "");
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "−": "--",
  "…": "\\dots{}",
  "×": "$\\times$",
  "≥": "$\\ge$",
  "≤": "$\\le$",
  "→": "$\\to$",
};

/** Words for LaTeX: what it takes for commands is escaped, other letters stay as they are (UTF-8). */
export function latexText(text: string): string {
  return text.replace(/[\\~^−…×≥≤→]|[#$%&_{}]/gu, (character) => ESCAPES[character] ?? `\\${character}`);
}

const COMMANDS =
  "αalpha βbeta γgamma δdelta εvarepsilon ζzeta ηeta θtheta κkappa λlambda μmu νnu ξxi πpi ρrho σsigma τtau φvarphi " +
  "χchi ψpsi ωomega ΔDelta ΓGamma ΘTheta ΛLambda Σsum ∑sum ΦPhi ΨPsi ΩOmega ∂partial ∇nabla ∞infty ∫int √surd ℓell " +
  "⊙odot ⊗otimes ·cdot ×times ≤le ≥ge ≠ne →to ←gets …dots ‖Vert ⊤top";

const LATEX: Readonly<Record<string, string>> = {
  ...Object.fromEntries(COMMANDS.split(" ").map((pair) => [pair[0], `\\${pair.slice(1)} `])),
  "−": "-",
  "′": "'",
};

const UPPER = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁻−⁺+ᵃaᵇbᵈdᵏkⁿnᵗtᵀ⊤ᶻz";
const LOWER = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋−ᵢiⱼjₖkₗlₘmₙnᵣrₜt";

/** One character of mathematics: itself, or the command that gives it. */
export const latexCharacter = (character: string): string => (LATEX[character] ?? latexText(character)).trimEnd();

interface Run {
  readonly place: "up" | "down" | "line";
  readonly text: string;
}

/** Runs of raised, lowered and plain characters; "^(…)" is raised, too. */
function runs(math: string): Run[] {
  const result: { place: Run["place"]; text: string }[] = [];
  for (const [piece] of math.matchAll(/\^\([^)]*\)|./gsu)) {
    const [up, down] = [UPPER, LOWER].map((pairs) => pairs.indexOf(piece));
    const raised = piece.startsWith("^(") ? piece.slice(2, -1) : up >= 0 && up % 2 === 0 ? UPPER[up + 1] : undefined;
    const lowered = down >= 0 && down % 2 === 0 ? LOWER[down + 1] : undefined;
    const place = raised !== undefined ? "up" : lowered !== undefined ? "down" : "line";
    const last = result.at(-1);
    const text = raised ?? lowered ?? piece;
    if (last?.place === place) last.text += text;
    else result.push({ place, text });
  }
  return result;
}

/** A word of three letters or more (and ln) is a function's name; other letters are variables, one by one. */
const TOKEN = /ln|\p{Script=Latin}{3,}(?:-\p{Script=Latin}+)?|\d+(?:\.\d+)?|\S/gu;
const isName = (token: string): boolean => token.length > 1 && /^\p{L}/u.test(token);

/** "$∂L/∂z$" without its marks, as LaTeX. */
export function latexInline(math: string): string {
  const token = (text: string): string =>
    isName(text) ? `\\mathrm{${text.replaceAll("-", "\\text{-}")}}` : (LATEX[text] ?? latexText(text));
  return runs(math)
    .map(({ place, text }) => {
      if (place === "line") return text.replace(TOKEN, token);
      return `${place === "up" ? "^" : "_"}{${latexInline(text)}}`;
    })
    .join("");
}

/** "$∂L/∂z$" without its marks, as <math>. */
export const mathmlInline = (math: string): string => `<math>${mathmlRow(math)}</math>`;

function mathmlRow(math: string): string {
  const done: string[] = [];
  for (const { place, text } of runs(math)) {
    if (place === "line") done.push(...(text.match(TOKEN) ?? []).map(mathmlToken));
    else {
      const [name, base] = [place === "up" ? "msup" : "msub", done.pop() ?? "<mrow></mrow>"];
      done.push(`<${name}>${base}${mathmlRow(text)}</${name}>`);
    }
  }
  return `<mrow>${done.join("")}</mrow>`;
}

function mathmlToken(text: string): string {
  if (/^\d/.test(text)) return `<mn>${text}</mn>`;
  return /^[\p{L}∂∞…]/u.test(text) ? `<mi>${escapeHtml(text)}</mi>` : `<mo>${escapeHtml(text)}</mo>`;
}
