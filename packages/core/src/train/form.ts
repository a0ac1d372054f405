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

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
}
