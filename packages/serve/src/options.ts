/** What may be said of a server, with the values that it has otherwise. */
import { checkKeys, countingNumber, inRange, type Names, nonNegative, positive } from "@chaingrad/core/given";

/** Limits of a server, and how it shares out its work. */
export interface ServerOptions {
  /** Milliseconds that a request may wait for others to be predicted with (default 2); it waits for none where it is alone. */
  readonly batchDelay?: number | undefined;
  /** Rows that are predicted at once without waiting any longer (default 1024). */
  readonly batchRows?: number | undefined;
  /** Bytes of a body (default 1 MiB). */
  readonly bodyLimit?: number | undefined;
  /** Rows of a body (default 100 000). */
  readonly rowLimit?: number | undefined;
  /** Requests under way; more are told to come again (default 256). */
  readonly queue?: number | undefined;
  /** Seconds in which a client has to send its request (default 10). */
  readonly requestTimeout?: number | undefined;
  /** Seconds that requests under way may still take when the server stops (default 10). */
  readonly stopTimeout?: number | undefined;
  /** Told of errors that are no fault of a request: defects. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The options with a value for each. */
export type Limits = { readonly [Name in keyof Required<ServerOptions>]: NonNullable<ServerOptions[Name]> };

/** What is not said. */
export const SERVER_DEFAULTS: Omit<Limits, "onError"> = {
  batchDelay: 2,
  batchRows: 1024,
  bodyLimit: 1 << 20,
  rowLimit: 100_000,
  queue: 256,
  requestTimeout: 10,
  stopTimeout: 10,
};

const KNOWN: Names<ServerOptions> = { ...mapped(SERVER_DEFAULTS), onError: true };

function mapped<T extends object>(values: T): { [Name in keyof T]: true } {
  return Object.fromEntries(Object.keys(values).map((name) => [name, true])) as { [Name in keyof T]: true };
}

/** Throws RangeError on an option that there is not, and on a value that it cannot have. */
export function limitsOf(given: ServerOptions, own: Readonly<Record<string, true>> = {}): Limits {
  checkKeys("the server", given, { ...KNOWN, ...own });
  const said = Object.entries(given).filter(([name, value]) => value !== undefined && Object.hasOwn(KNOWN, name));
  const limits: Limits = { ...SERVER_DEFAULTS, onError: () => {}, ...Object.fromEntries(said) };
  for (const name of ["batchRows", "bodyLimit", "rowLimit", "queue"] as const)
    inRange(name, limits[name], countingNumber);
  inRange("batchDelay", limits.batchDelay, nonNegative);
  for (const name of ["requestTimeout", "stopTimeout"] as const) inRange(name, limits[name], positive);
  return limits;
}
