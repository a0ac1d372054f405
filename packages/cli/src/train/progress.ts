/** Telling how training goes: one live line on a terminal, a plain line now and then when piped. Always on stderr. */

import { visible } from "@chaingrad/core/visible";
import type { TableEvent } from "@chaingrad/tables";

type EpochEvent = Extract<TableEvent, { readonly type: "epoch" }>;

export interface Progress {
  epoch(event: EpochEvent): void;
  /** Leaves the terminal as it should be. */
  done(): void;
}

const BLOCKS = "▁▂▃▄▅▆▇█";
const CHART_WIDTH = 24;
/** A terminal shows no more than this many updates a second; more would only cost time. */
const UPDATES_PER_SECOND = 15;
const PLAIN_LINES = 10;

/** The numbers as a row of blocks, on a logarithmic scale from their smallest to their largest. */
export function blockChart(values: readonly number[], width: number): string {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0).map(Math.log);
  if (finite.length === 0) return "";
  const stride = Math.max(1, finite.length / width);
  const points = Array.from(
    { length: Math.min(width, finite.length) },
    (_, i) => finite[Math.floor((i + 1) * stride) - 1],
  );
  const low = Math.min(...points);
  const range = Math.max(...points) - low || 1;
  return points.map((value) => BLOCKS[Math.round(((value - low) / range) * (BLOCKS.length - 1))]).join("");
}

const short = (value: number): string => value.toPrecision(3);

/** "epoch  34/200  loss 0.123  validation 0.145 (best)  accuracy 0.953  rate 0.01  at most 12 s left" */
export function progressLine(event: EpochEvent): string {
  const { epoch, epochs, loss, validation, best, rate, seconds, network } = event;
  const left = (seconds / epoch) * (epochs - epoch);
  const parts = [
    ...(network === undefined
      ? []
      : [`network ${String(network.number).padStart(String(network.of).length)}/${network.of}`]),
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `loss ${short(loss)}`,
    ...(validation ? [`validation ${short(validation.loss)}${best ? " (best)" : ""}`] : []),
    ...Object.entries(validation?.metrics ?? {}).map(
      ([name, value]) => `${name} ${value === null ? "–" : short(value)}`,
    ),
    `rate ${rate.toPrecision(2)}`,
    left >= 1 ? `at most ${Math.ceil(left)} s left` : "under 1 s left",
  ];
  return visible(parts.join("  "));
}

export async function makeProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  return stream.isTTY ? liveProgress(stream) : plainProgress(stream);
}

async function liveProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  const { createLogUpdate } = await import("log-update"); // with tables of all characters
  const update = createLogUpdate(stream);
  const losses: number[] = [];
  let last: EpochEvent | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  const show = (event: EpochEvent): void => {
    const line = progressLine(event);
    const room = (stream.columns ?? 80) - line.length - 3;
    const chart = room >= 8 ? `${blockChart(losses, Math.min(room, CHART_WIDTH))}  ` : "";
    update(`${chart}${line}`.slice(0, (stream.columns ?? 80) - 1));
  };
  return {
    epoch(event) {
      if (event.network?.number !== last?.network?.number) {
        losses.length = 0;
        shownAt = Number.NEGATIVE_INFINITY;
      }
      losses.push(event.validation?.loss ?? event.loss);
      last = event;
      if (event.seconds - shownAt < 1 / UPDATES_PER_SECOND) return;
      shownAt = event.seconds;
      show(event);
    },
    done() {
      if (last) show(last);
      update.done();
    },
  };
}

function plainProgress(stream: NodeJS.WriteStream): Progress {
  let shown = 0;
  let last: EpochEvent | undefined;
  const print = (event: EpochEvent): void => {
    shown = event.epoch;
    stream.write(`${progressLine(event)}\n`);
  };
  return {
    epoch(event) {
      const isNext = last !== undefined && event.network?.number !== last.network?.number;
      if (isNext && last !== undefined && last.epoch !== shown) print(last);
      const isFirst = last === undefined;
      last = event;
      const lines = event.network === undefined ? PLAIN_LINES : 1;
      if (isFirst || event.epoch - shown >= event.epochs / lines) print(event);
      if (isNext) shown = 0;
    },
    done() {
      if (last && last.epoch !== shown) print(last);
    },
  };
}
