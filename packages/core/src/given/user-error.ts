/** What people gave and cannot be used, with what to do about it. An entry point of its own, `@chaingrad/core/user-error`. */

/**
 * Input that cannot be used: a missing file, a ragged row, a network that fits no loss. The message says what and where.
 * The command line prints `message` and `hint`, exits with status 2 and writes nothing.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** What to do about it, as one sentence or two. */
  readonly hint: string | undefined;
  /** The option of the call that helps, where one does: "skip". The hint ends with what to say by it. */
  readonly option: string | undefined;

  constructor(message: string, hint?: string, options?: UserErrorOptions) {
    super(message, options);
    this.hint = hint;
    this.option = options?.option;
  }
}

/** What caused an error of input, and the option of the call that helps. */
export interface UserErrorOptions extends ErrorOptions {
  readonly option?: string;
}
