/**
 * Text that came from a file or a command line, as it may be shown anywhere: each character that would steer a terminal,
 * turn the order of reading or not be seen at all stands as its code (\u001b, \u{e0041}), everything else as it is. Joiners
 * stay where a script or an emoji is spelt with them. No two texts look alike because of it: a backslash that would read as
 * the beginning of such a code is one itself (\u005c), so reading the codes gives the text back.
 */

/** Control characters, halves of surrogate pairs, separators of lines and paragraphs, what is never seen, and marks on nothing. */
const UNSEEN = String.raw`(?<=^\p{M}*)\p{M}|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]`;

const anyOf = (scripts: string): string => `[${scripts.replace(/\w+ ?/g, (name) => `\\p{scx=${name.trim()}}`)}]`;

/** Scripts in which joiners tell words apart, and those in which a space of no width parts words. */
const JOINING = anyOf(
  "Arab Syrc Nkoo Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr Tibt Thai Laoo Java Bali",
);
const RIGHT_TO_LEFT = new RegExp(anyOf("Hebr Arab Syrc Thaa Nkoo Adlm"), "u");

/** Unseen characters that spell what is seen, each after (or between) what it goes with. */
const SPELLING = [
  String.raw`(?<=[\p{Extended_Pictographic}\p{Ideographic}\p{Sm}])[\ufe00-\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Ideographic})[\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=${JOINING})[\u200b-\u200d]`,
  String.raw`(?<=\p{scx=Mong})[\u180b-\u180f]`,
  // Flags of regions: a black flag, its letters as tags, the end of tags.
  String.raw`(?<=\u{1f3f4}[\u{e0020}-\u{e007e}]{0,9})[\u{e0020}-\u{e007e}](?=[\u{e0020}-\u{e007e}]{0,9}\u{e007f})`,
  String.raw`(?<=\u{1f3f4}[\u{e0020}-\u{e007e}]{1,10})\u{e007f}`,
].join("|");

const MARKS = /[\u061c\u200e\u200f]/;

const CODES = new RegExp(`${SPELLING}|(${UNSEEN}|\\\\(?=u(?:[0-9a-f]{4}|\\{)))`, "giu");

/**
 * What formulas are written with besides ASCII: Latin, Greek, indices, arrows, operators, lines of tables. Each is seen, takes
 * one column and changes nothing about its neighbours, so that no table of all characters is needed.
 */
const PLAIN =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u1d00-\u1dbf\u2010-\u2027\u2030-\u205e\u2070\u2071\u2074-\u208e\u2090-\u209c\u2100-\u218b\u2190-\u22ff\u2500-\u257f\u2c60-\u2c7f]*$/;

/** Whether a text has plain characters alone: it takes as many columns of a terminal as it is long. */
export const isNarrow = (text: string): boolean => PLAIN.test(text);

/** A text with what cannot be seen in it spelt out. */
export function visible(text: string): string {
  if (isNarrow(text) && !text.includes("\\")) return text;
  // Where the text is read from right to left, marks of direction put its stops and brackets in their places.
  const isRightToLeft = RIGHT_TO_LEFT.test(text);
  return text.replace(CODES, (whole, unsafe: string | undefined) =>
    unsafe === undefined || (isRightToLeft && MARKS.test(unsafe)) ? whole : codeOf(unsafe),
  );
}

/** "\u001b": a character by its code, as most languages write it. */
export function codeOf(character: string): string {
  const code = (character.codePointAt(0) as number).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
