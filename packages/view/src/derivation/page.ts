/** A derivation as a page of its own. */
import { type Block, type Explained, escapeHtml, htmlBody, type Language } from "@chaingrad/core/explain";
import { htmlPage } from "../html/page.ts";
import { enliven } from "./enliven.ts";
import { STYLE } from "./style.ts";
import { type DerivationOptions, derivationView } from "./view.ts";
import { pageWords } from "./words.ts";

/** What a page is called, its language, and how numbers are rounded. */
export interface PageOptions extends Omit<DerivationOptions, "id" | "language" | "digits"> {
  /** Its first line is the heading, others go below. */
  readonly title: readonly string[];
  readonly language: Language;
  readonly digits: number;
}

/** A page that needs nothing but itself: no request leaves it. */
export function derivationPage(of: Explained, { title, ...options }: PageOptions): string {
  const { language } = options;
  const view = derivationView(of, { ...options, id: "" });
  const enlivened = `(${enliven})(document.querySelector(".derivation"), document);`;
  return page(title, language, [pageWords[language].intro], view, enlivened);
}

/** Blocks of a view as a page of their own, without anything to be chosen. */
export function blocksPage(
  blocks: readonly Block[],
  { title, language, digits }: Pick<PageOptions, "title" | "language" | "digits">,
): string {
  return page(title, language, [], `<section>${htmlBody(blocks, { language, digits })}</section>`, "");
}

function page(
  [heading, ...lines]: readonly string[],
  language: Language,
  intro: readonly string[],
  body: string,
  script: string,
): string {
  const words = pageWords[language];
  return htmlPage({
    title: heading,
    language: language === "zh" ? "zh-Hans" : language,
    style: STYLE,
    body: `<header>
<h1>${escapeHtml(heading)}</h1>
${lines.map((line) => `<p class="note">${escapeHtml(line)}</p>`).join("")}
${intro.map((line) => `<p>${escapeHtml(line)}</p>`).join("")}
<button id="scheme" type="button" data-light="${escapeHtml(words.light)}" data-dark="${escapeHtml(words.dark)}" hidden></button>
</header>
<main>
${body}
</main>`,
    script: `${SCHEME}${script}`,
  });
}

/** The button for the other colours. */
const SCHEME = `
{
  const button = document.getElementById("scheme");
  const root = document.documentElement;
  const dark = () => (root.dataset.scheme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => {
    button.textContent = dark() ? button.dataset.light : button.dataset.dark;
  };
  button.addEventListener("click", () => {
    root.dataset.scheme = dark() ? "light" : "dark";
    label();
  });
  button.hidden = false;
  label();
}
`;
