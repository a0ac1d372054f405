/**
 * JSON values as a table needs them: numbers with the digits they are written with (identifiers have more than a double
 * tells apart), keys in their order, and each of two equal ones. `JSON.parse` keeps none of that. As DuckDB does, it
 * takes NaN, infinities, and a comma behind the last member of an object.
 */

/** An object or array where a cell is due. */
export const NESTED: unique symbol = Symbol("nested");

/** A cell as it is written; null where it is null. */
export type JsonCell = string | null | typeof NESTED;

export interface JsonObject {
  readonly names: readonly string[];
  readonly cells: readonly JsonCell[];
}

/** What is no JSON. */
export class JsonError extends Error {
  override readonly name: string = "JsonError";
}

const WORD = String.raw`(?:true|false|null|[+-]?(?:[nN][aA][nN]|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?))(?![\w.+-])`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])`;
const STRING = String.raw`"(?:[^"\\\u0000-\u001f]|\\.)*"`;
const SPACE = String.raw`[ \t\r\n]*`;

/** Reads values from a place in a text on. */
export class JsonScanner {
  readonly #text: string;
  readonly #token = new RegExp(`${SPACE}(${STRING}|${NUMBER}|${WORD}|[[\\]{},:])`, "y");

  constructor(text: string, at: number) {
    this.#text = text;
    this.#token.lastIndex = at;
  }

  /** Behind what was read. */
  get at(): number {
    return this.#token.lastIndex;
  }

  /** The next token, which is read; undefined at the end. Throws JsonError where there is no token. */
  next(): string | undefined {
    const { lastIndex } = this.#token;
    const token = this.#token.exec(this.#text)?.[1];
    if (token !== undefined) return token;
    this.#token.lastIndex = this.#text.length;
    if (this.#text.slice(lastIndex).trim() !== "") throw new JsonError("unexpected character");
    return undefined;
  }

  /** An object, or what else stands there: "an array", "a string", "a number", "a boolean", "null". */
  row(): JsonObject | string {
    const token = this.#some();
    if (token === "{") return this.#object();
    this.#value(token);
    if (token === "[") return "an array";
    if (token.startsWith('"')) return "a string";
    return token === "null" ? "null" : token === "true" || token === "false" ? "a boolean" : "a number";
  }

  #some(): string {
    const token = this.next();
    if (token === undefined) throw new JsonError("unexpected end of data");
    return token;
  }

  #object(): JsonObject {
    const names: string[] = [];
    const cells: JsonCell[] = [];
    for (let token = this.#some(); token !== "}"; ) {
      if (!token.startsWith('"')) throw new JsonError("unexpected character, expected a key");
      names.push(stringOf(token));
      if (this.#some() !== ":") throw new JsonError("unexpected character, expected a colon");
      cells.push(this.#value(this.#some()));
      token = this.#some();
      if (token === ",") token = this.#some();
      else if (token !== "}") throw new JsonError("unexpected character, expected a comma");
    }
    return { names, cells };
  }

  /** @param token the value's first */
  #value(token: string): JsonCell {
    if (token.startsWith('"')) return stringOf(token);
    if (token === "{") {
      this.#object();
      return NESTED;
    }
    if (token === "[") {
      this.#array();
      return NESTED;
    }
    if (/^[\]},:]/.test(token)) throw new JsonError("unexpected character");
    return token === "null" ? null : numeral(token);
  }

  #array(): void {
    let token = this.#some();
    while (token !== "]") {
      this.#value(token);
      token = this.#some();
      if (token === ",") token = this.#some();
      else if (token !== "]") throw new JsonError("unexpected character, expected a comma");
    }
  }
}

/**
 * Whole numbers keep their digits. Others are doubles, and written as databases write those: the column may hold text
 * elsewhere, and its cells are then the same from every reader.
 */
function numeral(token: string): string {
  if (token === "-0") return "0";
  const value = Number(token);
  if (!/[.eE]/.test(token) || !Number.isFinite(value)) return token;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`);
  const sign = Object.is(value, -0) ? "-" : "";
  return `${sign}${value}${Number.isInteger(value) ? ".0" : ""}`;
}

function stringOf(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  try {
    const text = JSON.parse(token) as string;
    if (!/\p{Surrogate}/u.test(text)) return text;
  } catch {
    // Said below.
  }
  throw new JsonError("invalid escape in a string");
}
