/** The entry point `@chaingrad/view/dom`: what views are in a document. All others give strings, and need none. */
import { enliven } from "./derivation/enliven.ts";

export { enliven };

/**
 * HTML of a view as a fragment of the document, ready to be appended where somebody wants it. Nothing in it runs: `enliven`
 * makes a derivation's buttons work.
 */
export function fragment(html: string, document: Document = globalThis.document): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return document.importNode(template.content, true);
}

/**
 * Puts a view into `host`, in the place of what is there, and makes its derivations move.
 * @returns takes it out again, with all that listens to it
 */
export function mount(host: Element, html: string): () => void {
  const shown = fragment(html, host.ownerDocument);
  const views = [...shown.querySelectorAll(".derivation")];
  const parts = [...shown.childNodes];
  host.replaceChildren(shown);
  for (const view of views) enliven(view);
  return () => {
    for (const part of parts) part.remove();
  };
}

/** Adds a style sheet to a document, or to a shadow root, unless it is there already. */
export function adopt(style: string, root: Document | ShadowRoot = document): void {
  const known = [...root.adoptedStyleSheets].some((sheet) => adopted.get(sheet) === style);
  if (known) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  adopted.set(sheet, style);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** The text of each sheet that was added. */
const adopted = new WeakMap<CSSStyleSheet, string>();
