/** Linear Unicode in texts: read once, set twice. */
import katex from "katex";
import { expect, test } from "vitest";
import { escapeHtml, latexInline, mathmlInline, splitText } from "../../src/explain/notation/inline-math.ts";

test("mathematics and words by turns; a lone $ is a word", () => {
  expect(splitText("If $z$ grows, $h = f(z)$.")).toEqual([
    { math: false, text: "If " },
    { math: true, text: "z" },
    { math: false, text: " grows, " },
    { math: true, text: "h = f(z)" },
    { math: false, text: "." },
  ]);
  expect(splitText("$z$ costs 5 $")).toEqual([
    { math: true, text: "z" },
    { math: false, text: " costs 5 $" },
  ]);
  expect(escapeHtml(`<a href="x">&'</a>`)).toBe("&#60;a href=&#34;x&#34;&#62;&#38;&#39;&#60;/a&#62;");
});

test.each<[string, string]>([
  ["∂L/∂z = (∂L/∂h)(∂h/∂z)", "\\partial L/\\partial z = (\\partial L/\\partial h)(\\partial h/\\partial z)"],
  ["Aᵀ", "A^{\\top}"],
  ["Σᵢ a", "\\sum_{i} a"],
  ["1/(1 + e⁻ᵃ)", "1/(1 + e^{-a})"],
  ["e^(−(x − μ)²/2)", "e^{-(x - \\mu )^{2}/2}"],
  ["e^x² + x_i", "e^{x^{2}} + x_{i}"],
  ["hₗ₋₁", "h_{l-1}"],
  ["√(x² + ε)", "\\sqrt{x^{2} + \\varepsilon}"],
  ["m̂/(√v̂ + ε)", "\\hat{m}/(\\sqrt{\\hat{v}} + \\varepsilon )"],
  ["x̄ᵀẋ − ŷ", "\\bar{x}^{\\top}\\dot{x} - \\hat{y}"],
  ["‖∂ℓ/∂θ‖₂²", "\\Vert \\partial \\ell /\\partial \\theta \\Vert_{2}^{2}"],
  ["w′² ≠ w²′", "w^{\\prime 2} \\ne w^{2\\prime}"],
  ["t ln β", "t \\ln \\beta"],
  ["50 %", "50 \\%"],
])("%s in LaTeX", (math, latex) => {
  expect(latexInline(math)).toBe(latex);
  katex.renderToString(latex, { strict: "error", throwOnError: true });
});

test.each<[string, string]>([
  ["Aᵀ", "<msup><mi>A</mi><mrow><mo>⊤</mo></mrow></msup>"],
  ["∫₀ᵃ", "<msubsup><mo>∫</mo><mrow><mn>0</mn></mrow><mrow><mi>a</mi></mrow></msubsup>"],
  ["√π", "<msqrt><mrow><mi>π</mi></mrow></msqrt>"],
  ["W x", '<mi>W</mi><mspace width="0.2em"></mspace><mi>x</mi>'],
  ["a < b", "<mi>a</mi><mo>&#60;</mo><mi>b</mi>"],
  ["x̄", "<mi>x̄</mi>"],
])("%s in MathML", (math, mathml) => {
  expect(mathmlInline(math)).toBe(`<math><mrow>${mathml}</mrow></math>`);
});
