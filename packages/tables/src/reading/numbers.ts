/**
 * Numbers as people write them: groups of thousands, decimal points or commas, currency signs, percent, units,
 * accounting parentheses, the minus of typesetters and of SAP (`12,50-`). One cell is read both ways, with a decimal
 * point and with a decimal comma; which way counts is decided for the whole file (infer.ts).
 */

export type DecimalSign = "." | ",";

/** A cell that can be a number. Where both readings are there and differ (`1.234`), the cell alone does not tell. */
export interface WrittenNumber {
  readonly kind: "number";
  /** Its value with a decimal point; undefined where it cannot be read so, as `1,5`. */
  readonly point: number | undefined;
  /** Its value with a decimal comma; undefined where it cannot be read so, as `0.5`. */
  readonly comma: number | undefined;
  /** What stands beside the digits (`$`, `%`, `kg`), one kind in a column; empty where nothing does. */
  readonly affix: string;
  /** How digits are grouped, where they show it: 12,34,567 as in India, or 1,234,567 and 123,456. */
  readonly groups?: "indian" | "western";
}

/** The affix of times of day, which are numbers of hours. */
export const CLOCK = "h:mm";

/** Digits that name a thing: a leading zero, or more digits than a number of 64 bits tells apart. */
export interface WrittenCode {
  readonly kind: "code";
  readonly why: "leading zeros" | "more digits than a number can hold";
}

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Whether a trimmed cell is a number as every program writes them. */
export const isPlainNumber = (cell: string): boolean => PLAIN.test(cell);

const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const SPACE = " \u00a0\u2009\u202f";

/** Digits with a decimal sign, and an exponent, or groups of three with the same sign between all of them. */
const digits = (decimal: string, groups: string, others = ""): RegExp =>
  new RegExp(
    `^(?:(?:\\d+(?:${decimal}\\d*)?|${decimal}\\d+)(?:[eE][+-]?\\d+)?|(?:[1-9]\\d{0,2}([${groups}'’${SPACE}])\\d{3}(?:\\1\\d{3})*${others})(?:${decimal}\\d*)?)$`,
  );
/** India groups by two above the thousands: 12,34,567. */
const WITH_POINT = digits("\\.", ",", "|[1-9]\\d?(?:,\\d\\d)+,\\d{3}");
const WITH_COMMA = digits(",", ".");

const DIGITS = String.raw`(?<digits>(?:\d|[.,]\d)(?:[\d.,'’${SPACE}]*[\d.,])?(?:[eE][+-]?\d+)?)`;
const UNIT = String.raw`(?:(?:sq|cu|fl)\.? )?[\p{L}µ]{1,10}\.?[23²³]?`;
/** Currencies that are written as words. */
const WORDS = String.raw`(?:Rs|kr|Fr)\.?`;
const BEFORE = String.raw`(?<before>[A-Z]{0,3}\p{Sc}|[A-Z]{3}(?=[-\d${SPACE}])|${WORDS})?`;
const AFTER = String.raw`(?<after>%|‰|\p{Sc}|${WORDS}|°[CFK]?|(?![eE]\b)${UNIT}(?:[/·]${UNIT})?)?`;
const ADORNED = new RegExp(
  `^(?<open>\\()?(?<sign>[+-]?)${BEFORE}[${SPACE}]?(?<inner>-?)${DIGITS}[${SPACE}]?${AFTER}(?<trailing>-(?<=[.,]\\d+-))?(?<close>\\))?$`,
  "u",
);

/** Reads a trimmed, non-empty cell; undefined where it is neither a number nor a code. */
export function readNumber(cell: string): WrittenNumber | WrittenCode | undefined {
  const text = cell.replace(/^[−–](?=\S)|(?<=^[A-Z]{0,3}\p{Sc} ?)[−–](?=\d)|(?<=\d ?)−$/u, "-");
  if (PLAIN.test(text)) return codeOf(text) ?? plain(text);
  const infinite = INFINITE.exec(text);
  if (infinite) {
    const value = infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return { kind: "number", point: value, comma: value, affix: "" };
  }
  return adorned(text);
}

function plain(text: string): WrittenNumber {
  const point = Number(text);
  if (!text.includes(".")) return { kind: "number", point, comma: point, affix: "" };
  const body = text.replace(/^[+-]/, "");
  const comma = WITH_COMMA.test(body) ? Number(text.replaceAll(".", "")) : undefined;
  return { kind: "number", point, comma, affix: "" };
}

function adorned(text: string): WrittenNumber | WrittenCode | undefined {
  const match = ADORNED.exec(text)?.groups;
  if (match === undefined) return undefined;
  const { open, sign, before, inner, digits: body, after, trailing, close } = match;
  const signs = [open, sign, inner, trailing].filter(Boolean).length;
  const isForeign = before !== undefined && /^[A-Z]{3}$/.test(before) && !currencies().has(before);
  if ((open === undefined) !== (close === undefined) || signs > 1 || isForeign || (before && after)) return undefined;
  // A phone number: +49 170 123 456.
  if (sign === "+" && /['’\s]/.test(body)) return undefined;
  const code = codeOf(body);
  if (code) return code;
  const factor = open || sign === "-" || inner || trailing ? -1 : 1;
  const read = (shape: RegExp, decimal: DecimalSign): number | undefined => {
    if (!shape.test(body)) return undefined;
    const bare = body.replace(decimal === "." ? /[,'’\s]/g : /[.'’\s]/g, "");
    return factor * Number(bare.replace(",", "."));
  };
  const [point, comma] = [read(WITH_POINT, "."), read(WITH_COMMA, ",")];
  if (point === undefined && comma === undefined) return undefined;
  const groups = INDIAN.test(body) ? "indian" : WESTERN.test(body) ? "western" : undefined;
  return { kind: "number", point, comma, affix: before ?? after ?? "", ...(groups && { groups }) };
}

const INDIAN = /^\d\d?(?:,\d\d)+,\d{3}(?!\d)/;
/** India writes 1,23,456 in place of 123,456. */
const WESTERN = /^(?:\d{1,3}(?:,\d{3}){2}|\d{3},\d{3}(?!\d))/;

let known: ReadonlySet<string> | undefined;
/** The codes of ISO 4217 that this host knows. */
function currencies(): ReadonlySet<string> {
  known ??= new Set(Intl.supportedValuesOf("currency"));
  return known;
}

function codeOf(text: string): WrittenCode | undefined {
  const whole = /^[+-]?(\d+)$/.exec(text)?.[1];
  if (whole === undefined) return undefined;
  if (whole.length > 1 && whole[0] === "0") return { kind: "code", why: "leading zeros" };
  if (whole.length > 15 && Number(whole) > Number.MAX_SAFE_INTEGER) {
    return { kind: "code", why: "more digits than a number can hold" };
  }
  return undefined;
}
