/** What `train` says when training met NaN or Infinity: where it began, and what was tried and helped. */
import type { EndEvent } from "@chaingrad/core";
import type { Remedy } from "@chaingrad/core/diagnosis";
import { namesOf, type Prepared } from "@chaingrad/tables";
import type { Line } from "../output/line.ts";
import { paragraph } from "../output/wrap.ts";

export interface Failure {
  readonly file: string;
  readonly prepared: Prepared;
  readonly end: EndEvent;
  readonly remedy: Remedy | undefined;
  /** Where the best model so far was saved, if there was one. */
  readonly model: string | undefined;
}

/** Lines for standard error, the first of which begins with "chaingrad: ". */
export function printFailure({ file, prepared, end, remedy, model }: Failure, width: number): Line[] {
  const { fault, epochs, bestEpoch } = end;
  const saved = model === undefined ? "nothing was saved" : `the model of epoch ${bestEpoch} was saved to ${model}`;
  const what = fault === undefined ? `the loss was no longer finite in epoch ${epochs}` : met(fault);
  return [
    ...paragraph(`chaingrad: ${what}; ${saved}`, width),
    ...(fault === undefined
      ? []
      : [fault.expression ?? fault.message, place(file, prepared, fault)].flatMap((line) =>
          paragraph(line, width, "  "),
        )),
    ...(remedy === undefined ? [] : paragraph(advice(remedy), width)),
  ].filter(({ text }) => text.trim() !== "");
}

function met({ part, value, step, epoch }: NonNullable<EndEvent["fault"]>): string {
  const what = value ?? "a value that is not finite";
  return part === "train"
    ? `training met ${what} in step ${step} (epoch ${epoch})`
    : `judging the validation rows met ${what} after step ${step} (epoch ${epoch})`;
}

/** "forward, layer 2 ('output'), unit 4, row 203 of cars.csv (17 of the batch)", rows of the table counted from 1. */
function place(file: string, prepared: Prepared, fault: NonNullable<EndEvent["fault"]>): string {
  const { part, phase, layer, layerName, unit, input, row, batchRow } = fault;
  const inTable = row === undefined ? undefined : prepared.rows[part][row];
  const kind = part === "train" ? `${batchRow} of the batch` : "for validation";
  return [
    phase,
    layer === undefined ? undefined : `layer ${layer} ('${layerName}')`,
    unit === undefined ? undefined : `unit ${unit}`,
    input === undefined ? undefined : `column '${namesOf(prepared).inputs[input]}'`,
    inTable === undefined ? undefined : `row ${inTable + 1} of ${file} (${kind})`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

function advice({ found, message }: Remedy): string {
  if (found === undefined) return `${message[0].toUpperCase()}${message.slice(1)}.`;
  const { rate, clip } = found.changed.options;
  const option = found.kind === "damp" ? `--lr ${rate}` : found.kind === "clip" ? `--clip ${clip?.norm}` : undefined;
  return `Tried: ${message}.${option === undefined ? "" : ` Give ${option}.`}`;
}
