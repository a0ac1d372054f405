/** A value inside a JSON file that knows where it stands, so that every refusal names the file and the path. */
import { nearest } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";

/** Numbers in rows of one length, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

export class Field {
  readonly #value: unknown;
  readonly #file: string;
  /** "layers[1].units"; "" for the whole document. */
  readonly path: string;

  /** `file` is how messages call it: "'net.json'". */
  constructor(value: unknown, file: string, path = "") {
    this.#value = value;
    this.#file = file;
    this.path = path;
  }

  /** The error that the value is not what was expected. */
  wrong(expected: string, hint?: string, given: string = describe(this.#value)): UserError {
    return this.refuse(`must be ${expected}, got ${given}`, hint);
  }

  /** The error "'net.json': layers[1].units <problem>". */
  refuse(problem: string, hint?: string): UserError {
    return new UserError(`${this.#file}: ${this.path || "the document"} ${problem}`, hint);
  }

  get present(): boolean {
    return this.#value !== undefined;
  }

  /** Throws UserError unless the value is an object with no field but these. */
  object<Name extends string>(names: readonly Name[]): { readonly [name in Name]: Field } {
    const known: readonly string[] = names;
    const fields = this.fields();
    for (const name of Object.keys(fields)) {
      if (known.includes(name)) continue;
      throw fields[name].refuse("is no field that is known here", suggestion(name, known));
    }
    return Object.fromEntries(names.map((name) => [name, fields[name] ?? this.#inside(undefined, `.${name}`)])) as {
      [name in Name]: Field;
    };
  }

  /** The fields of an object, whatever they are called. */
  fields(): Readonly<Record<string, Field>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong("an object");
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#inside(item, `.${name}`)]));
  }

  /** The items of a list that has at least one. */
  list(expected: string): Field[] {
    const items = this.#value;
    if (!Array.isArray(items) || items.length === 0) throw this.wrong(expected);
    return items.map((item, index) => this.#inside(item, `[${index}]`));
  }

  /** A finite number that `holds` accepts. */
  number(expected: string, holds: (value: number) => boolean): number {
    const value = this.#value;
    if (typeof value !== "number" || !Number.isFinite(value) || !holds(value)) throw this.wrong(expected);
    return value;
  }

  boolean(): boolean {
    if (typeof this.#value !== "boolean") throw this.wrong("true or false");
    return this.#value;
  }

  /** One of the known names. */
  name<Name extends string>(known: readonly Name[]): Name {
    const found = known.find((name) => name === this.#value);
    if (found !== undefined) return found;
    if (typeof this.#value !== "string") throw this.wrong(`one of ${known.join(", ")}`);
    throw this.refuse(`'${this.#value}' is not known`, suggestion(this.#value, known));
  }

  /** A list of finite numbers. */
  vector(expected = "a list of numbers"): Float64Array {
    const items = this.#value;
    if (!Array.isArray(items) || items.length === 0) throw this.wrong(expected);
    const bad = items.findIndex((item) => typeof item !== "number" || !Number.isFinite(item));
    if (bad >= 0) throw this.#inside(items[bad], `[${bad}]`).wrong("a finite number");
    return Float64Array.from(items);
  }

  /** Rows of finite numbers, all of the same length. */
  matrix(expected = "a list of rows of numbers"): Matrix {
    const rows = this.list(expected);
    const first = rows[0].vector("a row of numbers");
    const values = new Float64Array(rows.length * first.length);
    rows.forEach((item, index) => {
      const row = index === 0 ? first : item.vector("a row of numbers");
      if (row.length !== first.length) {
        const length = `${first.length} number${first.length === 1 ? "" : "s"}`;
        throw item.refuse(`must have ${length} like the first row, got ${row.length}`);
      }
      values.set(row, index * first.length);
    });
    return { rows: rows.length, columns: first.length, values };
  }

  /** The shape of nested lists as far as their first items tell: [2, 4]. */
  shape(): number[] {
    const shape: number[] = [];
    for (let value = this.#value; Array.isArray(value); value = value[0]) shape.push(value.length);
    return shape;
  }

  #inside(value: unknown, step: string): Field {
    return new Field(value, this.#file, this.path === "" ? step.replace(/^\./, "") : `${this.path}${step}`);
  }
}

/** "Did you mean 'tanh'? Known are …": the nearest name first, then all of them. */
export function suggestion(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return `${near === undefined ? "" : `Did you mean '${near}'? `}Known are ${known.join(", ")}.`;
}

/** What a value is, short enough for a message. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  // JSON.parse reads 1e999 as Infinity, which JSON cannot write.
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? `"${value}"` : String(value);
  return text.length > 40 ? `${text.slice(0, 37)}…"` : text;
}
