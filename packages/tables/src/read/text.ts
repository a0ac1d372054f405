/** Bytes as text, and where in it they are none. */

export interface SafeText {
  /** Without the byte order mark. */
  readonly text: string;
  /** The start of the line that holds the first bytes which are not UTF-8; ∞ where there are none. */
  readonly badFrom: number;
}

export function safeText(bytes: Uint8Array): SafeText {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), badFrom: Number.POSITIVE_INFINITY };
  } catch {
    return { text: new TextDecoder().decode(bytes), badFrom: badStart(bytes) };
  }
}

/** Line by line, because no decoder tells where it failed. */
function badStart(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let characters = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start) + 1 || bytes.length;
    try {
      characters += decoder.decode(bytes.subarray(start, end)).length;
    } catch {
      return characters;
    }
    start = end;
  }
  return characters;
}
