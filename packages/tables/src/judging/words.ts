/** What training and judging come to, in words, for whoever shows them: pages, terminals, the studio. */
import type { EndEvent, StopReason, TrainingFault } from "@chaingrad/core";
import { namesOf } from "../table/names.ts";
import type { Prepared } from "../table/prepare.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { type SingleTarget, type Target, targetsOf } from "../table/targets/target.ts";

const ENDINGS: Readonly<Record<StopReason, (end: EndEvent) => string>> = {
  epochs: ({ epochs }) => `all ${epochs} epochs are done`,
  patience: ({ epochs, bestEpoch }) => `no better validation loss in ${epochs - bestEpoch} epochs`,
  converged: ({ epochs }) => `converged in ${epochs} steps`,
  stalled: ({ epochs }) => `no step lowers the loss any more after ${epochs} steps, though it is not at a minimum`,
  time: ({ epochs }) => `the time was over after ${epochs} epochs`,
  aborted: ({ epochs }) => `interrupted after ${epochs} epochs`,
  diverged: ({ epochs }) => `the loss was no longer finite in epoch ${epochs}`,
};

/** Why training ended, in words that follow "stopped: ". */
export const endingOf = (end: EndEvent): string => ENDINGS[end.stopped](end);

/** What is guessed where nothing is learnt, and what models are compared with: "mean". */
export const guessOf = (target: Target): string => kindOf(target).guess(target);

/** "regression of 'price'", or "regression of 'y1', classification of 'y2'". */
export const taskOf = (target: Target): string =>
  targetsOf(target)
    .map(({ task, name }) => `${task} of '${name}'`)
    .join(", ");

/** Which averages the scores of classes are. */
export const SCORES: string =
  "Of classes, f1 is macro-averaged: the mean over the classes that occur, whatever their sizes. auc is the area under the " +
  "ROC curve: with two classes that of the second, with more each class against the rest, and the mean of these.";

/** The same for the classes at hand; undefined of amounts. */
export function averagesOf(target: SingleTarget): string | undefined {
  if (target.task === "regression")
    return (
      target.quantiles &&
      "below q…: the share of rows at or below that quantile; pinball: the quantiles' mean loss; mae: of the middle one"
    );
  if (target.task === "multi-label")
    return "exact: the share of rows with every label right; hamming: the share of wrong answers; f1: the mean over the labels";
  if (target.task === "ordinal")
    return "mae: how many classes a prediction is off on average; f1: macro, the mean over the classes";
  const { classes } = target;
  const area = classes.length === 2 ? `of '${classes[1]}'` : "each class against the rest, averaged";
  return `f1: macro, the mean over the classes; auc: ${area}`;
}

/** What training met that is not finite, and when: "training met NaN in step 3 (epoch 1)". */
export function tellDivergence({ fault, epochs }: Pick<EndEvent, "fault" | "epochs">): string {
  if (fault === undefined) return `the loss was no longer finite in epoch ${epochs}`;
  const { part, value, step, epoch } = fault;
  const what = value ?? "a value that is not finite";
  return part === "train"
    ? `training met ${what} in step ${step} (epoch ${epoch})`
    : `judging the validation rows met ${what} after step ${step} (epoch ${epoch})`;
}

/**
 * The formula that gave it with its numbers, and where in the network and the table: "forward, layer 2 ('output'), unit 4,
 * row 203 of cars.csv (17 of the batch)", rows counted from 1.
 */
export function placeOfFault(fault: TrainingFault, prepared: Prepared, file: string): string[] {
  const { part, phase, layer, layerName, unit, input, row, batchRow } = fault;
  const inTable = row === undefined ? undefined : prepared.rows[part][row];
  const kind = part === "train" ? `${batchRow} of the batch` : "for validation";
  const place = [
    phase,
    ...(layer === undefined ? [] : [`layer ${layer} ('${layerName}')`]),
    ...(unit === undefined ? [] : [`unit ${unit}`]),
    ...(input === undefined ? [] : [`column '${namesOf(prepared).inputs[input]}'`]),
    ...(inTable === undefined ? [] : [`row ${inTable + 1} of ${file} (${kind})`]),
  ];
  return [fault.expression ?? fault.message, place.join(", ")];
}
