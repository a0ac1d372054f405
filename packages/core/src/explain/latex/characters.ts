/** Unicode characters, words and function names as LaTeX: any name is safe, and KaTeX's strict parser takes it. */
import { visible } from "../visible.ts";

/** Raised and lowered characters, each with what it is on the line. */
export const UPPER = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻−ᵃaᵇbᶜcᵈdᵉeᶠfᵍgʰhⁱiʲjᵏkˡlᵐmⁿnᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻzᵀ⊤";
export const LOWER = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋−ₐaₑeₕhᵢiⱼjₖkₗlₘmₙnₒoₚpᵣrₛsₜtᵤuᵥvₓx";

const COMMANDS =
  "αalpha βbeta γgamma δdelta εvarepsilon ϵepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho " +
  "σsigma τtau υupsilon φvarphi ϕphi χchi ψpsi ωomega ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΦPhi ΨPsi ΩOmega " +
  "∑sum ∏prod ∫int ∂partial √surd ∇nabla ∞infty ℓell ⊙odot ⊗otimes ⊕oplus ∘circ ∗ast *ast ·cdot ⋅cdot ×times ±pm ≤le ≥ge ≠ne ≈approx " +
  "≪ll ≫gg ∈in →to ←gets ⇒Rightarrow ↦mapsto …dots ⋯cdots ‖Vert ∥Vert ⟨langle ⟩rangle ⊤top ′prime";

const LATEX: Readonly<Record<string, string>> = {
  ...Object.fromEntries(COMMANDS.split(" ").map((pair) => [pair[0], `\\${pair.slice(1)} `])),
  "−": "-",
  ℝ: "\\mathbb{R}",
  ℒ: "\\mathcal{L}",
};

/** Marks above a letter, as Unicode combines them with it: x̄, ẋ, ŷ. */
const ACCENTS: Readonly<Record<string, string>> = {
  "\u0300": "\\grave",
  "\u0301": "\\acute",
  "\u0302": "\\hat",
  "\u0303": "\\tilde",
  "\u0304": "\\bar",
  "\u0307": "\\dot",
  "\u0308": "\\ddot",
  "\u030c": "\\check",
};

/** Functions that LaTeX knows by name. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["tanh", "exp", "sin", "cos", "tan", "ln", "max", "min"].map((name) => [name, `\\${name}`])),
  log: "\\ln",
  atan: "\\arctan",
  Σ: "\\sum",
};

/** Brackets and stars would belong to the \\ before them; Markdown, too, has LaTeX in it and reads such signs. */
const TEXT: Readonly<Record<string, string>> = {
  $: "\\textdollar{}",
  "[": "{[}",
  "]": "{]}",
  "`": "\\textquoteleft{}",
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "…": "\\dots{}",
};

/** Words for LaTeX: what it takes for commands is escaped, signs are set as mathematics, letters stay (UTF-8). */
export function latexText(text: string): string {
  const escaped = visible(text).replace(/[^A-Za-z\d\s]/gu, (character) => {
    if (/[#%&_{}]/.test(character)) return `\\${character}`;
    const [up, down] = [UPPER, LOWER].map((pairs) => pairs.indexOf(character));
    if (up >= 0 && up % 2 === 0) return `\\(^{${latexCharacter(UPPER[up + 1]).trimEnd()}}\\)`;
    if (down >= 0 && down % 2 === 0) return `\\(_{${latexCharacter(LOWER[down + 1])}}\\)`;
    return TEXT[character] ?? (character in LATEX ? `\\(${LATEX[character].trimEnd()}\\)` : character);
  });
  // Addresses: what shows Markdown would make links of them.
  return escaped.replace(/:(?=\/\/)|@|www(?=\.)/gi, "$&{}");
}

/** One character of mathematics with the marks above it: itself, or the command that gives it (which may end with a space). */
export function latexCharacter(character: string): string {
  if (/^[\w+\-/=<>()[\]|,.:;!?'"@]$/.test(character) && character !== "_") return character;
  if (character in LATEX) return LATEX[character];
  const [letter, ...marks] = character.normalize("NFD");
  if (marks.length > 0 && marks.every((mark) => mark in ACCENTS)) {
    return marks.reduce((inner, mark) => `${ACCENTS[mark]}{${inner}}`, latexCharacter(letter).trimEnd());
  }
  return /^[#%&_{}]$/.test(character) ? `\\${character}` : `\\text{${latexText(character)}}`;
}

const isOneCharacter = (text: string): boolean => /^.\p{M}*$/su.test(text);

/** A variable's name without its index: one letter as a variable, a word upright, "−1" as a number. */
export function latexName(name: string): string {
  if (isOneCharacter(name)) return latexCharacter(name).trimEnd();
  if (/^−?[\d.]+$/.test(name)) return name.replace("−", "-");
  return /^[A-Za-z\d]+$/.test(name) ? `\\mathrm{${name}}` : `\\text{${latexText(name)}}`;
}

export function latexFunction(name: string): string {
  if (Object.hasOwn(FUNCTIONS, name)) return FUNCTIONS[name];
  if (isOneCharacter(name)) return latexCharacter(name).trimEnd();
  return `\\operatorname{${/^[A-Za-z\d]+$/.test(name) ? name : `\\text{${latexText(name)}}`}}`;
}
