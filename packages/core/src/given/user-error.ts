/** What people gave and cannot be used, with what to do about it. An entry point of its own, `@chaingrad/core/user-error`. */

/** Where in a text something is wrong. */
export interface PlaceInText {
  readonly text: string;
  /** Counted in characters from 1; a surrogate pair is one. */
  readonly column: number;
}

/** What caused an error of input, and what it is about. */
export interface UserErrorOptions extends ErrorOptions {
  /** The option that is to blame, as it is called in a library: the message begins with its name and a colon. */
  readonly option?: string;
  /** The option that helps: what the hint ends with is said by it. */
  readonly remedy?: string;
  readonly place?: PlaceInText;
}

/**
 * Input that cannot be used: a missing file, a ragged row, a network that fits no loss. The message says what and where.
 * The command line prints `message` and `hint`, exits with status 2 and writes nothing.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** What to do about it, as one sentence or two. */
  readonly hint: string | undefined;
  /** The option that the message begins with, for whoever spells it otherwise. */
  readonly option: string | undefined;
  /** The option of the call that helps, where one does: "skip". The hint ends with what to say by it. */
  readonly remedy: string | undefined;
  /** The text that is wrong, and where in it, for whoever can point at it. */
  readonly place: PlaceInText | undefined;

  constructor(message: string, hint?: string, options: UserErrorOptions = {}) {
    super(message, options);
    this.hint = hint;
    this.option = options.option;
    this.remedy = options.remedy;
    this.place = options.place;
  }
}

/** What `work` gives; what it refuses by a RangeError is a UserError. Anything else is thrown as it is. */
export function refusal<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? new UserError(error.message, undefined, { cause: error }) : error;
  }
}
