/** What a server cannot answer, as a problem document (RFC 9457): status, what is wrong, where, and what to do. */
import { EncodingError, UserError } from "@chaingrad/tables";

/** What is said beside the sentence, for programs. */
export interface Whereabouts {
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The column that is to blame. */
  readonly column?: string | undefined;
  /** The row that is to blame, counted from 1. */
  readonly row?: number | undefined;
  /** Names of columns that are needed and absent, or there and not known. */
  readonly missing?: readonly string[];
  readonly unknown?: readonly string[];
  /** Seconds after which to ask again. */
  readonly retryAfter?: number;
}

/** A request that is refused. */
export class Refusal extends Error {
  override readonly name: string = "Refusal";
  readonly status: number;
  readonly where: Whereabouts;

  constructor(status: number, message: string, where: Whereabouts = {}, options: ErrorOptions = {}) {
    super(message, options);
    this.status = status;
    this.where = where;
  }
}

/** What `work` gives; what the library refuses about its input is a Refusal of this status. */
export async function refusingAs<T>(status: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(status, error);
  }
}

/** An error of input as a Refusal of this status; any other as it is, for it is a defect. */
function asRefusal(status: number, error: unknown): unknown {
  if (error instanceof EncodingError) {
    const row = error.row === undefined ? undefined : error.row + 1;
    return new Refusal(status, error.message, { hint: error.hint, column: error.column, row }, { cause: error });
  }
  if (error instanceof UserError) return new Refusal(status, error.message, { hint: error.hint }, { cause: error });
  return error instanceof RangeError ? new Refusal(status, error.message, {}, { cause: error }) : error;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Characters of a sentence: it may quote what was sent. */
const LONGEST = 1000;
export const clipped = (text: string, longest: number = LONGEST): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}…`;

/** The body of an answer of this status, in application/problem+json. */
export function problem(status: number, detail: string, { retryAfter: _, ...where }: Whereabouts = {}): string {
  const { column, hint, ...rest } = where;
  return JSON.stringify({
    title: TITLES[status] ?? "Error",
    status,
    detail: clipped(detail),
    hint: hint === undefined ? undefined : clipped(hint),
    column: column === undefined ? undefined : clipped(column),
    ...rest,
  });
}

export const PROBLEM = "application/problem+json";
