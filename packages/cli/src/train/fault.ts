/** What `train` says when training met NaN or Infinity: where it began, and what was tried and helped. */
import type { Prepared } from "@chaingrad/tables";
import { placeOfFault, tellDivergence } from "@chaingrad/tables/words";
import type { Line } from "../output/line.ts";
import { paragraph } from "../output/wrap.ts";
import type { Trained } from "./training.ts";

export interface Failure extends Pick<Trained, "end" | "remedy"> {
  readonly file: string;
  readonly prepared: Prepared;
  /** Where the best model so far was saved, if there was one. */
  readonly model: string | undefined;
}

/** Lines for standard error, the first of which begins with "chaingrad: ". */
export function printFailure({ file, prepared, end, remedy, model }: Failure, width: number): Line[] {
  const { fault, bestEpoch } = end;
  const saved = model === undefined ? "nothing was saved" : `the model of epoch ${bestEpoch} was saved to ${model}`;
  return [
    ...paragraph(`chaingrad: ${tellDivergence(end)}; ${saved}`, width),
    ...(fault === undefined ? [] : placeOfFault(fault, prepared, file).flatMap((line) => paragraph(line, width, "  "))),
    ...(remedy === undefined ? [] : paragraph(advice(remedy), width)),
  ].filter(({ text }) => text.trim() !== "");
}

/** What was tried, and the command's option that has it. */
function advice({ found, message }: NonNullable<Trained["remedy"]>): string {
  if (found === undefined) return `${message[0].toUpperCase()}${message.slice(1)}.`;
  const { rate, clip } = found.changed.options;
  const option = found.kind === "damp" ? `--lr ${rate}` : found.kind === "clip" ? `--clip ${clip?.norm}` : undefined;
  return `Tried: ${message}.${option === undefined ? "" : ` Give ${option}.`}`;
}
