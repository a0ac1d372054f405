/** What a model keeps of how its table was read. */
import type { Table } from "../table/table.ts";
import type { Reading } from "./reading.ts";

/** How a table was read; undefined where nothing in it had to be decided. */
export function readingOf({ columns, decimal, dates }: Table): Reading | undefined {
  const types = columns.flatMap(({ name, declared }) => (declared === undefined ? [] : [[name, declared] as const]));
  const reading: Reading = {
    ...(decimal === "," ? { decimal } : {}),
    ...(dates === undefined ? {} : { dates }),
    ...(types.length === 0 ? {} : { types: Object.fromEntries(types) }),
  };
  return Object.keys(reading).length === 0 ? undefined : reading;
}
