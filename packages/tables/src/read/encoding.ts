/**
 * How a text is encoded: UTF-8, UTF-16 by its byte order mark or by its zeros, or the Windows-1252 (Latin-1) of older
 * programs, where the bytes are nothing else. What is not plainly one of these is left to be refused as no UTF-8.
 */
import { UserError } from "@chaingrad/core/user-error";

/** A text's encoding beside UTF-8; `name` as `TextDecoder` knows it. */
export interface Encoding {
  readonly name: string;
  /** What is said of it; undefined where the caller named it. */
  readonly note: string | undefined;
}

const UTF16 = (order: "le" | "be", why: string): Encoding => ({
  name: `utf-16${order}`,
  note: `the text is UTF-16${why}, and is decoded`,
});

/**
 * What the start of a text tells: the encoding that was named, or UTF-16; undefined otherwise.
 * @throws UserError where the caller names what is no encoding
 */
export function headEncoding(head: Uint8Array, given: string | undefined): Encoding | undefined {
  if (given !== undefined) return named(given);
  if (head[0] === 0xff && head[1] === 0xfe && (head[2] !== 0 || head[3] !== 0)) return UTF16("le", "");
  if (head[0] === 0xfe && head[1] === 0xff) return UTF16("be", "");
  const zeros = [0, 0];
  const start = head.subarray(0, 4096);
  for (let at = 0; at < start.length; at++) if (start[at] === 0) zeros[at % 2]++;
  const most = start.length / 2;
  // Mostly letters of ASCII, each with a zero on the same side.
  if (zeros[0] === 0 && zeros[1] > 0.7 * most) return UTF16("le", " without a byte order mark");
  if (zeros[1] === 0 && zeros[0] > 0.7 * most) return UTF16("be", " without a byte order mark");
  return undefined;
}

function named(given: string): Encoding | undefined {
  try {
    const { encoding } = new TextDecoder(given);
    return encoding === "utf-8" ? undefined : { name: encoding, note: undefined };
  } catch (cause) {
    throw new UserError(
      `encoding: '${given}' is no encoding`,
      "Expected a name such as utf-8, utf-16le, windows-1252, windows-1251, iso-8859-2, gbk or shift_jis.",
      { option: "encoding", cause },
    );
  }
}

/** Bytes of Windows-1252 that stand for nothing. */
const NOTHING = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * Bytes that are no UTF-8, looked at piece by piece: whether they are plainly Windows-1252. They are where no byte stands
 * for nothing, none goes on as a letter of UTF-8 does, and words have fewer letters with accents than without: Cyrillic,
 * Chinese and their like have more bytes above 127 than below.
 */
export class Windows1252Probe {
  #isNone = false;
  /** Letters of the words that have one above 127, below it and above. */
  #low = 0;
  #high = 0;
  #word: number[] = [];
  #first: string | undefined;
  #last = 0;

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const isUtf8 = this.#last >= 0xc2 && this.#last < 0xf5 && byte >= 0x80 && byte < 0xc0;
      if (isUtf8 || NOTHING.has(byte)) this.#isNone = true;
      this.#last = byte;
      if (isHigh(byte) || isLow(byte)) this.#word.push(byte);
      else this.#endWord();
    }
  }

  #endWord(): void {
    const high = this.#word.filter(isHigh).length;
    if (high > 0) {
      this.#high += high;
      this.#low += this.#word.length - high;
      this.#first ??= decodedWindows1252(Uint8Array.from(this.#word.slice(0, 30)));
    }
    this.#word = [];
  }

  /** The encoding, with its first such word; undefined where they are something else. */
  encoding(): Encoding | undefined {
    this.#endWord();
    if (this.#isNone || this.#high > this.#low) return undefined;
    const word = this.#first === undefined ? "" : `, as in '${this.#first}'`;
    const note = `the text is no UTF-8; it is read as Windows-1252 (Latin-1)${word}: where that is wrong, name its encoding`;
    return { name: "windows-1252", note };
  }
}

const isLow = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** Letters of Windows-1252 above 127; its quotes, dashes, dots and signs are none. */
const isHigh = (byte: number): boolean =>
  byte >= 0xc0 || byte === 0x83 || byte === 0x8a || byte === 0x8c || byte === 0x8e || (byte >= 0x9a && byte <= 0x9f);

/** What 0x80 to 0x9f are in Windows-1252; some hosts decode them as the control characters of Latin-1. */
const C1 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

const decodedWindows1252 = (bytes: Uint8Array): string =>
  new TextDecoder("windows-1252").decode(bytes).replaceAll(/[\u0080-\u009f]/g, (sign) => C1[sign.charCodeAt(0) - 0x80]);

/** Decodes a text piece by piece; a byte order mark is left out. */
export function decoderOf({ name }: Encoding): (bytes: Uint8Array, isMore: boolean) => string {
  if (name === "windows-1252") return decodedWindows1252;
  const decoder = new TextDecoder(name);
  return (bytes, isMore) => decoder.decode(bytes, { stream: isMore });
}

/** The text in UTF-8, and what is said of it; the bytes themselves where they are that, or nothing that is known. */
export function inUtf8(bytes: Uint8Array, given: string | undefined): { bytes: Uint8Array; notes: readonly string[] } {
  const encoding = headEncoding(bytes, given) ?? (given === undefined ? fullEncoding(bytes) : undefined);
  if (encoding === undefined) return { bytes, notes: [] };
  const text = decoderOf(encoding)(bytes, false);
  return { bytes: new TextEncoder().encode(text), notes: encoding.note === undefined ? [] : [encoding.note] };
}

function fullEncoding(bytes: Uint8Array): Encoding | undefined {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return undefined;
  } catch {
    const probe = new Windows1252Probe();
    probe.add(bytes);
    return probe.encoding();
  }
}
