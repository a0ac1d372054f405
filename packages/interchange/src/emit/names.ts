/** Identifiers from the derivation's symbols: "∂L/∂W1" is dL_dW1, "δ2" is delta2; no two alike, none reserved. */

const SPELT: Readonly<Record<string, string>> = { "∂": "d", δ: "delta", η: "rate", "′": "_next", "/": "_" };

/** ASCII letters, digits and underscores, as C99 has them everywhere; other letters become underscores. */
function spell(symbol: string): string {
  const spelt = [...symbol].map((character) => SPELT[character] ?? character).join("");
  const plain = spelt.normalize("NFKD").replace(/[^A-Za-z0-9_]/g, (character) => (/\p{M}/u.test(character) ? "" : "_"));
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}

/** Gives out names that are new; `reserved` are those that mean something already. */
export class Names {
  readonly #own: Set<string>;
  readonly #outer: Names | undefined;

  constructor(reserved: Iterable<string>, outer?: Names) {
    this.#own = new Set(reserved);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || (this.#outer?.has(name) ?? false);
  }

  add(name: string): void {
    this.#own.add(name);
  }

  /** The symbol's spelling, with a number after it where that is taken. */
  take(symbol: string): string {
    const first = spell(symbol);
    let name = first;
    for (let next = 2; this.has(name); next++) name = `${first}${/\d$/.test(first) ? "_" : ""}${next}`;
    this.add(name);
    return name;
  }

  /** A scope inside this one: what is taken here is taken there, and not the other way round. */
  inner(): Names {
    return new Names([], this);
  }
}

/** Keywords of each language, and what its programs call by name. */
const RESERVED = {
  typescript:
    "abstract any arguments as async await boolean break case catch class const continue debugger declare default delete do else enum eval export extends false finally for function get if implements import in infer instanceof interface is keyof let module namespace never new null number object of package private protected public readonly require return set static string super switch symbol this throw true try type typeof undefined unique unknown var void while with yield Math Number Float64Array NaN Infinity Parameters",
  python:
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield np math float int range sum slice tuple zip print len logsumexp strided placed scatter",
  c: "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main j0 j1 jn y0 y1 yn gamma lgamma tgamma exp expm1 log log1p sqrt tanh sin cos cosh sinh asinh acosh atanh acos asin tan atan pow floor fabs erf NAN INFINITY Parameters",
} as const;
/** The languages that a network is written in. */
export type Language = keyof typeof RESERVED;

/** Names of the emitted functions, their arguments and what they call: the same in all languages. */
const COMMON =
  "forward predict gradients trainingStep training_step parameters weights gradient next rows erf sigmoid softplus relu sign maximum minimum i j k l m n p";

export const reserved = (language: Language): string[] => `${RESERVED[language]} ${COMMON}`.split(" ");
