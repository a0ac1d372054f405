/** Comments in lines of a bearable length. */
import stringWidth from "string-width";

/** Lines of at most `width` columns, where words allow it, each after `mark`; a paragraph's own line breaks stay. */
export function wrap(text: string, width: number, mark: string): string {
  return text
    .split("\n")
    .flatMap((line) => fill(line, width - mark.length))
    .map((line) => mark + line)
    .join("\n");
}

/** Words as long as they fit, one after the other; the space before the first of a paragraph is kept. */
function fill(line: string, width: number): string[] {
  const lines: string[] = [];
  let [now, used] = ["", 0];
  for (const [word] of line.matchAll(/\s*\S+/g)) {
    const more = stringWidth(word);
    if (now === "" || used + more <= width) [now, used] = [now + word, used + more];
    else {
      lines.push(now);
      now = word.trimStart();
      used = stringWidth(now);
    }
  }
  return [...lines, now];
}
