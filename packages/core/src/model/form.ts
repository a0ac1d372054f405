/** Files are not trusted: what was read has the form that is expected, or a FormatError says where it has not. */

/** A file that is not what it says it is. */
export class FormatError extends Error {
  override readonly name: string = "FormatError";
}

type Parts = Readonly<Record<string, unknown>>;

/**
 * `form` is an example: "" stands for any text, 0 for any number, true for a flag, [""] for a list of texts, and an object
 * for one with at least these fields. Throws FormatError ("encoder.columns: expected list, got string").
 */
export function conform(what: string, value: unknown, form: unknown): void {
  const kind = kindOf(form);
  if (kindOf(value) !== kind) throw new FormatError(`${what}: expected ${kind}, got ${kindOf(value)}`);
  const list = kind === "list";
  for (const part in (list ? value : form) as Parts)
    conform(`${what}.${part}`, (value as Parts)[part], (form as Parts)[list ? 0 : part]);
}

/** Brackets inside brackets, at most: model files have 6. */
const DEEPEST = 16;

/**
 * What JSON says. Throws FormatError where it is none, names a part twice, or nests so deep or so often that reading it would
 * take far more memory than the text.
 */
export function parseJson(what: string, text: string): unknown {
  try {
    checkNesting(what, text);
    return JSON.parse(text);
  } catch (cause) {
    throw cause instanceof FormatError ? cause : new FormatError(`${what} is not JSON`, { cause });
  }
}

function checkNesting(what: string, text: string): void {
  /** The names seen in each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let brackets = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "}" || character === "]") open.pop();
    else if (character === "{" || character === "[") {
      const depth = open.push(character === "{" ? new Set() : undefined);
      if (depth > DEEPEST || 8 * ++brackets > text.length + 512)
        throw new FormatError(`${what} has more brackets than any model file (at character ${at})`);
    } else if (character === '"') {
      const end = endOfString(text, at);
      const name = nameAt(text, at, end);
      const names = open[open.length - 1];
      if (name !== undefined && names?.has(name)) throw new FormatError(`${what} holds '${name}' twice`);
      if (name !== undefined) names?.add(name);
      at = end;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** The name that a string is, where a colon follows it. */
function nameAt(text: string, start: number, end: number): string | undefined {
  let next = end + 1;
  while (text[next] <= " ") next++;
  return text[next] === ":" ? JSON.parse(text.slice(start, end + 1)) : undefined;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
}
