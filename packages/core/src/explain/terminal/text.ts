/** Lines of text in a terminal, where a Chinese character or an emoji takes two columns, and a mark above a letter none. */
import { isNarrow } from "../visible.ts";

const WIDE = /[ᄀ-ᅟ⺀-〾ぁ-㏿㐀-䶿一-鿿ꀀ-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦]/u;

/** Emoji by themselves, and characters that are made one by a selector, or are first in a sequence. */
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const UNSEEN = /^[\p{M}\p{Default_Ignorable_Code_Point}]+$/u;
/** Made where it is needed: it takes a few milliseconds. */
let characters: Intl.Segmenter | undefined;

/** Columns that a text takes. */
export function displayWidth(text: string): number {
  if (isNarrow(text)) return text.length;
  characters ??= new Intl.Segmenter();
  let width = 0;
  for (const { segment } of characters.segment(text)) {
    width += UNSEEN.test(segment) ? 0 : WIDE.test(segment) || EMOJI.test(segment) ? 2 : 1;
  }
  return width;
}

export const padTo = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - displayWidth(text)));

export const padBefore = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - displayWidth(text))) + text;

/** Lines of words, each after `indent`; a word longer than the width gets a line of its own. Wide characters part anywhere. */
export function wrapText(text: string, width: number, indent: string): string[] {
  const room = width - displayWidth(indent);
  const lines: string[] = [];
  let line = "";
  for (const { word, spaced } of words(text)) {
    const joined = line === "" ? word : `${line}${spaced ? " " : ""}${word}`;
    if (line !== "" && displayWidth(joined) > room) {
      lines.push(indent + line);
      line = word;
    } else line = joined;
  }
  return [...lines, indent + line];
}

/** Words, and whether a space stands before; a wide character is a word, and closing marks stay with what they close. */
function words(text: string): { word: string; spaced: boolean }[] {
  return text.split(" ").flatMap((part) =>
    (part.match(/[^⺀-鿿＀-｠]+|[⺀-鿿＀-｠][，。：；、）！？]*/gu) ?? [""]).map((word, i) => ({
      word,
      spaced: i === 0,
    })),
  );
}
