/** How the command line ends when something went wrong: one message on standard error, and an exit status. */
import { CommanderError } from "commander";
import { UserError } from "../table/errors.ts";
import { systemCode, systemReason } from "../table/system-error.ts";

/** 0 is success. */
export const STATUS = {
  /** A check found a mismatch, or training failed. */
  failed: 1,
  /** A usage that makes no sense, or input that cannot be used. */
  badInput: 2,
  /** A defect of chaingrad (EX_SOFTWARE of sysexits.h). */
  defect: 70,
  /** Ended by SIGINT (128 + 2, as a shell says it); `train` has saved the best model so far, if there was one. */
  interrupted: 130,
} as const;

/** Says what went wrong and returns the exit status. */
export function reportFailure(error: unknown): number {
  // Commander has printed its message (or the help that was asked for) by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS.badInput;
  if (error instanceof UserError) {
    process.stderr.write(`chaingrad: ${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}`);
    return STATUS.badInput;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${stack}\n\nchaingrad: this is a defect in chaingrad, not in your input.\n`);
  process.stderr.write("Please report it, with the command and the lines above.\n");
  return STATUS.defect;
}

/**
 * What cannot be shown does not stop the work: a model is still saved where the reader has closed the pipe (`| head`).
 * Results that cannot be written (a full disk behind standard output) are a failure all the same, said once at the end.
 */
export function guardOutput(stream: NodeJS.WriteStream): void {
  stream.on("error", (error) => {
    const code = systemCode(error);
    if (stream !== process.stdout || code === "EPIPE" || process.exitCode === STATUS.badInput) return;
    const reason = code === undefined ? error.message : systemReason(code);
    process.exitCode = reportFailure(new UserError(`cannot write to standard output: ${reason}`));
  });
}
