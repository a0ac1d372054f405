/** A switch between columns' names and their symbols: a checkbox that the style sheet looks at, without a script. */
import { escapeHtml } from "@chaingrad/core/explain";

export const symbolsSwitch = (label: string): string =>
  `<p class="symbols-switch"><label><input type="checkbox"> ${escapeHtml(label)}</label></p>`;
