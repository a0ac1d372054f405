/** Events of a training as TensorBoard shows them: scalars over epochs, one run for each network. */
import type { LayerFlow } from "@chaingrad/core";
import type { TableEvent } from "@chaingrad/tables";
import { type Field, message } from "./protobuf.ts";
import { record } from "./tf-record.ts";

/** The folder of an event's run, below that of the training: of several networks each has its own. */
export const runOf = ({ network }: TableEvent): string =>
  network === undefined ? "" : `network-${String(network.number).padStart(2, "0")}`;

/** What an event says in numbers, by tags whose first part groups them; undefined where it says none. */
export function scalarsOf(event: TableEvent): { readonly step: number; readonly scalars: Scalars } | undefined {
  if (event.type === "start") return event.flow && { step: 0, scalars: flowScalars(event.flow) };
  if (event.type === "end") return undefined;
  const { epoch, loss, validation, rate, flow } = event;
  const metrics = Object.entries(validation?.metrics ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[`metrics/${name}`, value]],
  );
  return {
    step: epoch,
    scalars: {
      "loss/training": loss,
      ...(validation && { "loss/validation": validation.loss }),
      ...Object.fromEntries(metrics),
      rate,
      ...(flow && flowScalars(flow)),
    },
  };
}

/** Numbers by their tags. */
export type Scalars = Readonly<Record<string, number>>;

/** Of each layer: ‖∂L/∂z‖, ‖∂L/∂W‖, ‖ΔW‖/‖W‖, and the shares of units that are dead and saturated. */
function flowScalars(flow: readonly LayerFlow[]): Scalars {
  const measures = ["delta", "gradient", "update", "dead", "saturated"] as const;
  const found = flow.flatMap((layer) =>
    measures.flatMap((measure) => {
      const value = layer[measure];
      return value === null ? [] : [[`flow-${measure}/${layer.layer} ${layer.name}`, value] as const];
    }),
  );
  return Object.fromEntries(found);
}

const UTF8 = /* @__PURE__ */ new TextEncoder();

// message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
// message Summary { message Value { string tag = 1; float simple_value = 2; } repeated Value value = 1; }
// (tensorboard/compat/proto/event.proto, summary.proto)
const eventRecord = (seconds: number, ...fields: readonly Field[]): Uint8Array =>
  record(message({ number: 1, double: seconds }, ...fields));

/** What every file begins with: the version of its form. Time is in seconds since 1970. */
export const beginningRecord = (seconds: number): Uint8Array =>
  eventRecord(seconds, { number: 3, bytes: UTF8.encode("brain.Event:2") });

/**
 * Scalars of a step, as a record of their own.
 * @param step a whole number ≥ 0
 * @param seconds since 1970
 */
export function scalarsRecord(step: number, scalars: Scalars, seconds: number): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]): Field => {
    const bytes = message({ number: 1, bytes: UTF8.encode(tag) }, { number: 2, float: value });
    return { number: 1, bytes };
  });
  return eventRecord(seconds, { number: 2, whole: step }, { number: 5, bytes: message(...values) });
}
