/** How the command line ends when something went wrong: one message on standard error, and an exit status. */
import { constants } from "node:os";
import { systemCode, systemReason } from "@chaingrad/duckdb/files";
import { UserError } from "@chaingrad/tables";
import { CommanderError } from "commander";
import { complain } from "./conventions.ts";
import { pointAt } from "./place.ts";

/** 0 is success, and more than 128 an end by a signal. */
export const STATUS = {
  /** A check found a mismatch, or training failed. */
  failed: 1,
  /** A usage that makes no sense, or input that cannot be used. */
  badInput: 2,
  /** A defect of chaingrad (EX_SOFTWARE of sysexits.h). */
  defect: 70,
} as const;

/** Ended by a signal with nothing to keep. */
export class Interrupted extends Error {
  override readonly name: string = "Interrupted";
  /** The exit status. */
  readonly status: number;

  constructor(message: string, signal: AbortSignal) {
    super(message);
    this.status = statusOf(signal);
  }
}

/**
 * The exit status of a command whose work a signal ended: 128 and the signal's number, as a shell says it.
 * @param signal aborted for the reason "SIGTERM", say
 */
export function statusOf({ reason }: AbortSignal): number {
  return 128 + constants.signals[reason as NodeJS.Signals];
}

/** Says what went wrong and returns the exit status. */
export function reportFailure(error: unknown): number {
  // Commander has printed its message (or the help that was asked for) by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS.badInput;
  if (error instanceof Interrupted) {
    complain(`chaingrad: ${error.message}`);
    return error.status;
  }
  if (error instanceof UserError) {
    const { message, option, place } = error;
    const said = option === undefined ? message : `${flag(option)}${message.slice(option.length)}`;
    const head = `chaingrad: ${said}`;
    complain(head, ...(place === undefined ? [] : pointAt(place)), ...hintOf(error));
    return STATUS.badInput;
  }
  const [what, calls] =
    error instanceof Error ? [`${error.name}: ${error.message}`, callsOf(error)] : [String(error), []];
  complain(what, ...calls, "", "chaingrad: this is a defect in chaingrad, not in your input.");
  complain("Please report it, with the command and the lines above.");
  return STATUS.defect;
}

/** What options of the libraries are called here, where that is not their own name. */
const FLAGS: Readonly<Record<string, string>> = { types: "type", log: "trials", warmStart: "warm-start" };
/** What follows them. */
const VALUES: Readonly<Record<string, string>> = {
  ...{ skip: " N", encoding: " NAME", sheet: " NAME", types: " COLUMN=TYPE" },
  ...{ port: " N", host: " ADDRESS" },
};

const flag = (option: string): string => `--${FLAGS[option] ?? option}`;

/** The hint, with the option of this command that helps. */
function hintOf({ hint, remedy }: UserError): string[] {
  if (hint === undefined) return [];
  return [remedy === undefined ? hint : `${hint.replace(/\.$/, "")}: ${flag(remedy)}${VALUES[remedy] ?? ""}.`];
}

/** The stack without the message, which may have anything in it. */
const callsOf = ({ stack = "" }: Error): string[] => stack.split("\n").filter((line) => /^ +at /.test(line));

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
