/** A derivation to look at: the network drawn, its derivation step by step, and the chain of every number. */
import {
  type Explained,
  escapeHtml,
  htmlBody,
  type Language,
  overview,
  parseTarget,
  printNotation,
  type Step,
} from "@chaingrad/core/explain";
import { visible } from "@chaingrad/core/visible";
import { symbolsSwitch } from "../html/symbols.ts";
import { type CardContext, type Chosen, choiceCards, choices, stepCard } from "./cards.ts";
import { drawing } from "./drawing.ts";
import { type Layout, layoutOf, pathFrom } from "./layout.ts";
import { fillIn, type PageWords, pageWords } from "./words.ts";

/** What a derivation's view can be told. */
export interface DerivationOptions {
  /** The beginning of all ids in it: where several views are in one page, one of its own for each. */
  readonly id: string;
  /** Of the texts (default "en"). */
  readonly language?: Language;
  /** Significant digits (default 4). */
  readonly digits?: number;
  /** What is chosen at first, as "W2[1,3]". */
  readonly target?: string | undefined;
  /** Whether symbols stay where columns have names (default no). */
  readonly symbols?: boolean;
}

/**
 * One element of class `chaingrad`, as HTML. `STYLE` is how it looks, and `enliven` (or `mount`) what makes its buttons work;
 * without a script the drawing and the whole derivation are there to be read. Throws RangeError where there is no such target.
 */
export function derivationView(of: Explained, options: DerivationOptions): string {
  const { language = "en", digits = 4, target } = options;
  const words = pageWords[language];
  const names = options.symbols ? undefined : of.names;
  const context: CardContext = { of, words, language, digits, names };
  const layout = layoutOf(of);
  const { chosen, isWhole } = choices(context, layout, target === undefined ? undefined : parseTarget(of, target));
  const says = new Map(chosen.map((one) => [one.target, one.says]));
  const steps = [...of.derivation.forward, ...of.derivation.backward];
  const ids = new Map(steps.map(({ name }, i) => [name, `step-${i}`]));
  const cards = chosen.map((one) => ({ one, ...choiceCards(one.target, context) }));
  const choicesData = cards.map(({ one, steps: factors }, i) => {
    const choice = { says: one.says, steps: factors.map((name) => ids.get(name)), own: `own-${i}` };
    return [visible(one.target), { ...choice, path: pathFrom(layout, drawnAs(of, one.target)) }];
  });
  const data = {
    steps: steps.map((step, i) => stepData(step, i, steps.length, of, words)),
    choices: Object.fromEntries(choicesData),
    start: target !== undefined && says.has(target) ? target : undefined,
  };
  const id: Id = (name) => `id="${escapeHtml(options.id + name)}"`;
  const templates = [
    ...steps.map(
      (step, i) => `<template ${id(`step-${i}`)}><div class="card">${stepCard(step, context)}</div></template>`,
    ),
    ...cards.map(({ own }, i) => `<template ${id(`own-${i}`)}>${own}</template>`),
  ];
  const body = [
    `<noscript><p>${escapeHtml(words.script)}</p></noscript>`,
    of.names === undefined || names === undefined ? "" : symbolsSwitch(words.symbols),
    section(id, "network", words.network, [
      `<div class="picture">${drawing(of, layout, words.drawing, (one) => says.get(one))}</div>`,
      `<p class="note">${notes(layout, words, isWhole).map(escapeHtml).join(" ")}</p>`,
    ]),
    section(id, "steps", words.steps, stepper(id, words), "hidden"),
    section(id, "choosing", words.choose, chooser(id, chosen, words), "hidden"),
    `<section><details><summary><h2>${escapeHtml(words.all)}</h2></summary>`,
    htmlBody(overview(of), { level: 3, digits, language, names }),
    "</details></section>",
    ...templates,
    `<script type="application/json" ${id("data")}>${scriptJson(data)}</script>`,
  ];
  return `<div class="chaingrad derivation" data-ids="${escapeHtml(options.id)}">\n${body.filter(Boolean).join("\n")}\n</div>`;
}

/** A column of a table has no unit of its own in the drawing: its feature in x stands for it. */
function drawnAs({ problem, derivation: { names, graph } }: Explained, target: string): string {
  const isAt = (name: string): boolean => target === name || target.startsWith(`${name}[`);
  const column = problem.columns?.find((node) => isAt(names.get(node) as string));
  if (column === undefined) return target;
  const features = new Set(graph.users(column));
  const before = problem.x.operands.findIndex((part) => features.has(part) || features.has(part.operands[0]));
  const place = problem.x.operands.slice(0, before).reduce((sum, { type }) => sum + type.shape[1], 1);
  return `${names.get(problem.x)}[${problem.x.type.shape[0] === 1 ? "" : "1,"}${place}]`;
}

/** An id as an attribute. */
type Id = (name: string) => string;

const section = (id: Id, name: string, title: string, body: readonly string[], attributes = ""): string =>
  `<section ${id(name)} aria-label="${escapeHtml(title)}" ${attributes}>\n<h2>${escapeHtml(title)}</h2>\n${body.join("\n")}\n</section>`;

function notes({ columns }: Layout, words: PageWords, isWhole: boolean): string[] {
  const hidden = columns.reduce((total, { size, units }) => total + size - units.length, 0);
  const all = columns.reduce((total, { size }) => total + size, 0);
  return [
    words.legend,
    ...(hidden > 0 ? [fillIn(words.left, { hidden, all })] : []),
    ...(isWhole ? [fillIn(words.few, { count: 6 })] : []),
  ];
}

function stepper(id: Id, words: PageWords): string[] {
  const button = (name: "first" | "previous" | "next", key?: string): string =>
    `<button ${id(name)} type="button"${key ? ` aria-keyshortcuts="${key}"` : ""}>${escapeHtml(words[name])}</button>`;
  return [
    `<div class="stepper">${button("first")}${button("previous", ",")}${button("next", ".")}</div>`,
    `<p class="says" ${id("progress")} role="status" aria-live="polite"></p>`,
    `<div ${id("step")}></div>`,
    `<p class="note">${escapeHtml(words.keys)}</p>`,
  ];
}

const chooser = (id: Id, chosen: readonly Chosen[], words: PageWords): string[] => [
  select(id, chosen, words),
  `<p class="says" ${id("chosen")} role="status" aria-live="polite">${escapeHtml(words.nothing)}</p>`,
  `<div ${id("cards")} hidden><h3>${escapeHtml(words.factors)}</h3><ol class="factors" ${id("factors")}></ol><div ${id("own")}></div></div>`,
];

/** JSON inside <script>: nothing in it ends the element, and its page has no unseen characters. */
const scriptJson = (data: unknown): string =>
  JSON.stringify(data, (_, value) => (typeof value === "string" ? visible(value) : value)).replaceAll("<", "\\u003c");

/** What the script shows of a step, and the tensors whose parts of the drawing it lights. */
function stepData(step: Step, i: number, count: number, of: Explained, words: PageWords): Record<string, unknown> {
  const isForward = of.derivation.forward.includes(step);
  const direction = isForward ? words.forward : words.backward;
  const symbol = printNotation(step.symbol);
  const says = fillIn(words.progress, { step: i + 1, count, direction, symbol });
  // A derivative lights what it is taken by, a local one both neighbours; and each what its formula reads.
  return { id: `step-${i}`, of: [...step.about, ...step.reads], says };
}

function select(id: Id, chosen: readonly Chosen[], words: PageWords): string {
  const groups = (["weight", "bias", "unit", "input"] as const).map((group) => {
    const options = chosen.filter((one) => one.group === group);
    if (options.length === 0) return "";
    const inner = options.map(
      ({ target, label }) => `<option value="${escapeHtml(target)}">${escapeHtml(label)}</option>`,
    );
    return `<optgroup label="${escapeHtml(words[group])}">${inner.join("")}</optgroup>`;
  });
  return `<label class="target"><span class="hidden">${escapeHtml(words.choose)}</span><select ${id("target")}><option value="">…</option>${groups.join("")}</select></label>`;
}
