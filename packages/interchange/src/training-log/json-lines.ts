/** Events of a training as plain data, each of which is a line of JSON (docs/guides/watch.md is what it holds). */
import type { EndEvent, EpochEvent, StartEvent } from "@chaingrad/core";
import type { JudgedTraining, OfNetwork, Part, Scores, TableEvent } from "@chaingrad/tables";

/** What every line begins with. */
interface Stamp {
  /** ISO 8601, in UTC. */
  readonly time: string;
  /** Which network, from 1, and of how many: absent where there is but one, and of the end of all together. */
  readonly network?: number;
  readonly networks?: number;
}

/** A line about training. */
export type EventLine =
  | ({ readonly event: "start" } & Stamp & Omit<StartEvent, "type" | "describePlan">)
  | ({ readonly event: "epoch" } & Stamp & Omit<EpochEvent, "type">)
  | ({ readonly event: "end" } & Stamp & Omit<EndEvent, "type" | "model">);

/** The last line: what the model reached. */
export interface JudgedLine extends Pick<Stamp, "time"> {
  readonly event: "judged";
  readonly metrics: Readonly<Partial<Record<Part, Scores>>>;
  /** The part that says most, and what guessing scores on it. */
  readonly part: Part;
  readonly baseline: Scores;
  /** The file that the model is in, where there is one. */
  readonly model?: string;
}

const stampOf = (time: Date, { network }: OfNetwork): Stamp => ({
  time: time.toISOString(),
  ...(network && { network: network.number, networks: network.of }),
});

/** An event without what is no data: the plan's text, and the model. */
export function eventLine(told: TableEvent, time: Date): EventLine {
  const stamp = stampOf(time, told);
  if (told.type === "start") {
    const { type: event, network: _, describePlan: __, ...rest } = told;
    return { event, ...stamp, ...rest };
  }
  if (told.type === "end") {
    const { type: event, network: _, model: __, ...rest } = told;
    return { event, ...stamp, ...rest };
  }
  const { type: event, network: _, ...rest } = told;
  return { event, ...stamp, ...rest };
}

/** What a model reached on each part of its table. */
export function judgedLine(
  { evaluations, part, baseline }: Pick<JudgedTraining, "evaluations" | "part" | "baseline">,
  time: Date,
  model?: string,
): JudgedLine {
  const scores = Object.entries(evaluations).map(([name, evaluation]) => [name, evaluation.scores]);
  return {
    ...{ event: "judged", time: time.toISOString(), metrics: Object.fromEntries(scores), part, baseline },
    ...(model !== undefined && { model }),
  };
}
