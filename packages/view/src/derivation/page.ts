/** A derivation as a page: the network drawn, its derivation step by step, and the chain of every number. */
import {
  type Explained,
  escapeHtml,
  htmlBody,
  type Language,
  overview,
  printNotation,
  type Step,
} from "@chaingrad/core/explain";
import { visible } from "@chaingrad/core/visible";
import { type CardContext, type Chosen, choiceCards, choices, stepCard } from "./cards.ts";
import { drawing } from "./drawing.ts";
import { layoutOf, pathFrom } from "./layout.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { fillIn, type PageWords, pageWords } from "./words.ts";

/** What a page is called, its language, and how numbers are rounded. */
export interface PageOptions {
  /** Its first line is the heading, others go below. */
  readonly title: readonly string[];
  readonly language: Language;
  readonly digits: number;
  /** What is chosen at first, as "W2[1,3]". */
  readonly target?: string | undefined;
}

/** A page that needs nothing but itself: no request leaves it. */
export function derivationPage(of: Explained, { title, language, digits, target }: PageOptions): string {
  const words = pageWords[language];
  const [heading, ...lines] = title;
  const context: CardContext = { of, words, language, digits };
  const layout = layoutOf(of);
  const { chosen, isWhole } = choices(context, layout);
  const says = new Map(chosen.map((one) => [one.target, one.says]));
  const steps = [...of.derivation.forward, ...of.derivation.backward];
  const ids = new Map(steps.map(({ name }, i) => [name, `step-${i}`]));
  const cards = chosen.map((one) => ({ one, ...choiceCards(one.target, context) }));
  const data = {
    steps: steps.map((step, i) => stepData(step, i, steps.length, of, words)),
    choices: Object.fromEntries(
      cards.map(({ one, steps: names }, i) => [
        visible(one.target),
        {
          says: one.says,
          steps: names.map((name) => ids.get(name)),
          own: `own-${i}`,
          path: pathFrom(layout, one.target),
        },
      ]),
    ),
    words: { light: words.light, dark: words.dark },
    start: target !== undefined && says.has(target) ? target : undefined,
  };
  const templates = [
    ...steps.map((step, i) => `<template id="step-${i}"><div class="card">${stepCard(step, context)}</div></template>`),
    ...cards.map(({ own }, i) => `<template id="own-${i}">${own}</template>`),
  ];
  const picture = drawing(of, layout, words.drawing, (name) => says.get(name));
  const hidden = layout.columns.reduce((total, { size, units }) => total + size - units.length, 0);
  const all = layout.columns.reduce((total, { size }) => total + size, 0);
  const notes = [
    words.legend,
    ...(hidden > 0 ? [fillIn(words.left, { hidden, all })] : []),
    ...(isWhole ? [fillIn(words.few, { count: 6 })] : []),
  ];
  return `<!doctype html>
<html lang="${language === "zh" ? "zh-Hans" : language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(heading)} · chaingrad</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(heading)}</h1>
${lines.map((line) => `<p class="note">${escapeHtml(line)}</p>`).join("")}
<p>${escapeHtml(words.intro)}</p>
<button id="scheme" type="button" hidden></button>
</header>
<main>
<noscript><p>${escapeHtml(words.script)}</p></noscript>
<section aria-labelledby="network-title">
<h2 id="network-title">${escapeHtml(words.network)}</h2>
<div class="picture">${picture}</div>
<p class="note">${notes.map(escapeHtml).join(" ")}</p>
</section>
<section id="steps" aria-labelledby="steps-title" hidden>
<h2 id="steps-title">${escapeHtml(words.steps)}</h2>
<div class="stepper"><button id="first" type="button">${escapeHtml(words.first)}</button><button id="previous" type="button" aria-keyshortcuts=",">${escapeHtml(words.previous)}</button><button id="next" type="button" aria-keyshortcuts=".">${escapeHtml(words.next)}</button></div>
<p id="progress" role="status" aria-live="polite"></p>
<div id="step"></div>
<p class="note">${escapeHtml(words.keys)}</p>
</section>
<section id="choosing" aria-labelledby="choosing-title" hidden>
<h2 id="choosing-title">${escapeHtml(words.choose)}</h2>
${select(chosen, words)}
<p id="chosen" role="status" aria-live="polite">${escapeHtml(words.nothing)}</p>
<div id="cards" hidden><h3>${escapeHtml(words.factors)}</h3><ol id="factors"></ol><div id="own"></div></div>
</section>
<section>
<details><summary><h2>${escapeHtml(words.all)}</h2></summary>${htmlBody(overview(of), { level: 3, digits, language })}</details>
</section>
</main>
${templates.join("\n")}
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** JSON inside <script>: nothing in it ends the element, and its page has no unseen characters. */
const scriptJson = (data: unknown): string =>
  JSON.stringify(data, (_, value) => (typeof value === "string" ? visible(value) : value)).replaceAll("<", "\\u003c");

/** What the script shows of a step, and the tensors whose parts of the drawing it lights. */
function stepData(step: Step, i: number, count: number, of: Explained, words: PageWords): Record<string, unknown> {
  const isForward = of.derivation.forward.includes(step);
  const tensors = step.name.split("/").map((part) => part.replace(/^∂/u, ""));
  const direction = isForward ? words.forward : words.backward;
  const symbol = printNotation(step.symbol);
  const says = fillIn(words.progress, { step: i + 1, count, direction, symbol });
  // A derivative lights what it is taken by, a local one both neighbours; and each what its formula reads.
  const own = step.kind === "cotangent" ? tensors.slice(1) : tensors;
  return { id: `step-${i}`, of: [...own, ...step.reads], says };
}

function select(chosen: readonly Chosen[], words: PageWords): string {
  const groups = (["weight", "bias", "unit", "input"] as const).map((group) => {
    const options = chosen.filter((one) => one.group === group);
    if (options.length === 0) return "";
    const inner = options.map(({ target }) => `<option value="${escapeHtml(target)}">${escapeHtml(target)}</option>`);
    return `<optgroup label="${escapeHtml(words[group])}">${inner.join("")}</optgroup>`;
  });
  return `<label class="target"><span class="hidden">${escapeHtml(words.choose)}</span><select id="target"><option value="">…</option>${groups.join("")}</select></label>`;
}
