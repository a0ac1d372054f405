import { checkKeys, checkName, conform } from "@chaingrad/core/given";
import { DATE_ORDERS } from "../reading/dates.ts";
import { COLUMN_TYPES, type Reading } from "../reading/reading.ts";

/** Throws RangeError where a model's file holds no way to read a table. */
export function checkReading(reading: Reading): void {
  conform("reading", reading, {});
  checkKeys("reading", reading, { decimal: true, dates: true, types: true });
  const { decimal = ",", dates = "day-first", types = {} } = reading;
  checkName("reading.decimal", decimal, [".", ","]);
  checkName("reading.dates", dates, DATE_ORDERS);
  conform("reading.types", types, {});
  for (const [name, type] of Object.entries(types)) checkName(`reading.types.${name}`, type, COLUMN_TYPES);
}
