/** Who follows a training beside the line of progress: a live page, TensorBoard's files, lines of JSON. */
import { eventLine, judgedLine } from "@chaingrad/interchange/training-log";
import { type JudgedTraining, type TableEvent, UserError } from "@chaingrad/tables";
import type { Command } from "commander";
import { wholeNumber } from "../given/options.ts";
import type { CommonOptions } from "../output/conventions.ts";
import { openEventFiles, refuseFile } from "./event-files.ts";
import { openLog } from "./log.ts";

export interface FollowFlags {
  readonly watch?: boolean;
  readonly port?: number;
  readonly log?: string;
  readonly tensorboard?: string;
}

export function withFollowing(command: Command): Command {
  return command
    .option("--watch", "a live page of this machine: losses, gradient flow, a button to stop, the rate to turn")
    .option("--port <number>", "where the live page listens; 0 takes any port that is free (default: 8090)", port)
    .option("--tensorboard <folder>", "event files for TensorBoard, a run of their own for each training")
    .option(
      "--log <file>",
      "every event as a line of JSON; - is standard output, and the report goes to standard error",
    );
}

const MOST_PORT = 65_535;
const port = wholeNumber(0, MOST_PORT);

/** The files that following writes, by their options. Throws UserError on options that do not go together, or lead nowhere. */
export async function followedFiles(options: FollowFlags & CommonOptions): Promise<Record<string, string | undefined>> {
  const { watch, log, tensorboard, json } = options;
  if (options.port !== undefined && !watch) throw new UserError("--port is of the live page", "Add --watch.");
  if (log === "-" && json)
    throw new UserError("--json and --log - both go to standard output", "Give --log a file name.");
  if (tensorboard !== undefined) await refuseFile(tensorboard);
  return { "--log": log === "-" ? undefined : log };
}

/** Whether somebody wants to see how the gradient flows. */
export const followsFlow = ({ watch, tensorboard }: FollowFlags): boolean =>
  Boolean(watch) || tensorboard !== undefined;

/** A training as those who follow it see it. */
export interface Following {
  /** For the library: what it tells, and what it reads before each epoch. */
  readonly host: {
    readonly onEvent?: (event: TableEvent) => void;
    readonly rateFactor?: Float64Array;
  };
  judged(judged: JudgedTraining, model: string): void;
  end(): Promise<void>;
}

/**
 * @param title what is learnt from what
 * @param stem what a run of TensorBoard is called by
 * @throws UserError where the page's port cannot be had
 */
export async function openFollowing(
  options: FollowFlags & CommonOptions,
  { title, stem }: { readonly title: string; readonly stem: string },
): Promise<Following> {
  const { watch, log, tensorboard } = options;
  const lines = log === undefined ? undefined : openLog(log);
  const files = tensorboard === undefined ? undefined : openEventFiles(tensorboard, stem, options);
  const page = watch ? await (await import("./page.ts")).openPage(title, options) : undefined;
  if (!lines && !files && !page) return { host: {}, judged: () => undefined, end: async () => undefined };
  const onEvent = (event: TableEvent): void => {
    const time = new Date();
    files?.tell(event, time);
    const line = eventLine(event, time);
    lines?.tell(line);
    page?.tell(line);
  };
  return {
    host: { onEvent, ...(page && { rateFactor: page.rateFactor }) },
    judged(judged, model) {
      const line = judgedLine(judged, new Date(), model);
      lines?.tell(line);
      page?.tell(line);
    },
    async end() {
      files?.end();
      lines?.end();
      await page?.end();
    },
  };
}
