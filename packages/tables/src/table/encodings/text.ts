/**
 * Free text as a bag of words with hashed names: each word adds 1 or −1 to the feature that its hash names, and the whole has
 * length 1. Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009. Codes without spaces ("AB-1204/x")
 * have no words: of those it is the runs of three characters.
 */
import { checkName, conform, inRange, type Range } from "@chaingrad/core/given";
import { missingFormula, type TextKind } from "./kind.ts";

const TOKENS = ["words", "characters"] as const;

/** Free text as a bag of hashed words, or of runs of three characters, of length 1; all zeros where it has none or is missing. */
export interface TextEncoding {
  readonly kind: "text";
  readonly name: string;
  readonly tokens: (typeof TOKENS)[number];
  readonly buckets: number;
  readonly missing: boolean;
}

/** Fewer different tokens need fewer features; a power of two about as large as their number. */
const LEAST_BUCKETS = 16;
const MOST_BUCKETS = 256;
/** As a file may say. */
const BUCKETS: Range = {
  text: "a whole number from 1 to 65536",
  holds: (x) => Number.isInteger(x) && x >= 1 && x <= 65_536,
};
/** Texts with this many words on average are told apart by words. */
const WORDS = 1.5;

/** Of the texts of the training rows, null where missing. */
export function fitText(name: string, texts: readonly (string | null)[]): TextEncoding {
  const known = texts.filter((text) => text !== null);
  const words = known.reduce((total, text) => total + tokensOf(text, "words").length, 0);
  const tokens = words >= WORDS * known.length ? "words" : "characters";
  const counts = new Map<string, number>();
  for (const token of known.flatMap((text) => [...new Set(tokensOf(text, tokens))]))
    counts.set(token, (counts.get(token) ?? 0) + 1);
  // What stands in one text alone teaches nothing of another.
  const repeated = [...counts.values()].filter((count) => count > 1).length;
  const buckets = Math.min(MOST_BUCKETS, Math.max(LEAST_BUCKETS, 2 ** Math.ceil(Math.log2(repeated || 1))));
  return { kind: "text", name, tokens, buckets, missing: known.length < texts.length };
}

/** Words in lower case, of letters and digits of any script; or runs of three characters, with a mark at both ends. */
function tokensOf(text: string, tokens: TextEncoding["tokens"]): string[] {
  const lower = text.normalize("NFKC").toLowerCase();
  if (tokens === "words") return lower.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const characters = [..."\u0002", ...lower, ..."\u0003"];
  return characters.slice(2).map((last, i) => `${characters[i]}${characters[i + 1]}${last}`);
}

/** FNV-1a over UTF-16, mixed so that all bits depend on all characters (the finaliser of MurmurHash3). */
function hash(token: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) h = Math.imul(h ^ token.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const text: TextKind<TextEncoding> = {
  cell: "text",
  called: "text",
  reads: ({ name }) => [name],
  features: ({ name, tokens, buckets, missing }) => [
    ...Array.from({ length: buckets }, (_, i) => ({ name: `${name} (${tokens} ${i + 1})`, group: "flag" }) as const),
    ...(missing ? [{ name: `${name} (missing)`, group: "flag" } as const] : []),
  ],
  formulas: (encoding, quoted) => {
    const { name, tokens, buckets } = encoding;
    const what = tokens === "words" ? "words" : "runs of three characters";
    return [
      ...Array.from(
        { length: buckets },
        (_, i) => `the signed ${what} of ${quoted(name)} whose hash is ${i} of ${buckets}`,
      ),
      ...missingFormula(encoding, quoted),
    ];
  },
  writer: ({ tokens, buckets, missing }) => {
    const bag = new Float64Array(buckets);
    return (own, { values, places }, base) => {
      if (own === null) {
        if (missing) values[base + places[buckets]] = 1;
        return;
      }
      bag.fill(0);
      for (const token of tokensOf(own, tokens)) {
        const code = hash(token);
        bag[(code >>> 1) % buckets] += code % 2 === 0 ? 1 : -1;
      }
      const length = Math.sqrt(bag.reduce((total, x) => total + x * x, 0));
      if (length > 0) for (let i = 0; i < buckets; i++) values[base + places[i]] = bag[i] / length;
    };
  },
  check: (encoding, what) => {
    conform(what, encoding, { missing: true });
    checkName(`${what}.tokens`, encoding.tokens, TOKENS);
    inRange(`${what}.buckets`, encoding.buckets, BUCKETS);
  },
};

/** "hashed words in 64 features". */
export const bagOf = ({ tokens, buckets }: TextEncoding): string =>
  `hashed ${tokens === "words" ? "words" : "runs of three characters"} in ${buckets} features`;
