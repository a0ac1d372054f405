/** Text as JSON. JavaScript engines' own messages about broken JSON have a position in some versions only: here they always have. */
import { UserError } from "@chaingrad/core/user-error";

/** Throws UserError with line and column where `source` is not JSON. */
export function parseJson(source: string, label: string): unknown {
  const json = source.replace(/^\uFEFF/, "");
  if (json.trim() === "") throw new UserError(`${label} is empty, expected JSON`);
  try {
    return JSON.parse(json);
  } catch (cause) {
    const { offset, expected } = findFailure(json);
    const before = json.slice(0, offset).split("\n");
    const where = `line ${before.length}, column ${before[before.length - 1].length + 1}`;
    const found = json.slice(offset).match(/^(?:[\w.+-]+|.)/su)?.[0];
    const what = found === undefined ? "the end of the file" : `'${found.slice(0, 20)}'`;
    const hint = /^[+-]?(nan|inf)/i.test(found ?? "") ? "JSON has no NaN and no Infinity." : undefined;
    const wanted = expected.replace(/[\]},:]/g, "'$&'");
    throw new UserError(`${label}: no valid JSON at ${where}: expected ${wanted}, found ${what}`, hint, { cause });
  }
}

const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** What may come next, and how it is called. */
type Expected =
  | "a value"
  | "a value or ]"
  | "a name in quotes"
  | "a name in quotes or }"
  | ":"
  | ", or ]"
  | ", or }"
  | "nothing more";

/** Where `json` stops being JSON, and what had to stand there. */
function findFailure(json: string): { offset: number; expected: Expected } {
  const open: ("]" | "}")[] = [];
  let expected: Expected = "a value";
  let offset = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = offset;
    const taken = pattern.test(json);
    if (taken) offset = pattern.lastIndex;
    return taken;
  };
  for (;;) {
    take(SPACE);
    const next = after(expected, json[offset], open, take);
    if (next === undefined) return { offset, expected };
    expected = next;
  }
}

/** Reads one token; returns what may follow it, or undefined where the token does not fit. */
function after(
  expected: Expected,
  character: string | undefined,
  open: ("]" | "}")[],
  take: (pattern: RegExp) => boolean,
): Expected | undefined {
  const ended = (): Expected => (open.length === 0 ? "nothing more" : `, or ${open[open.length - 1]}`);
  if (character === open[open.length - 1] && expected.endsWith(`or ${character}`)) {
    take(/[\]}]/y);
    open.pop();
    return ended();
  }
  if (expected.startsWith("a name")) return take(STRING) ? ":" : undefined;
  if (expected === ":") return take(/:/y) ? "a value" : undefined;
  if (expected.startsWith(",")) {
    if (!take(/,/y)) return undefined;
    return open[open.length - 1] === "}" ? "a name in quotes" : "a value";
  }
  if (expected === "nothing more") return undefined;
  if (take(/\[/y)) {
    open.push("]");
    return "a value or ]";
  }
  if (take(/\{/y)) {
    open.push("}");
    return "a name in quotes or }";
  }
  return take(STRING) || take(SCALAR) ? ended() : undefined;
}
