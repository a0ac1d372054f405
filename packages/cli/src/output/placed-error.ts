import { UserError } from "@chaingrad/tables";
import type { Line } from "./line.ts";

/** Input that cannot be used, and where in it. */
export abstract class PlacedError extends UserError {
  /** Lines below the message that show where. */
  abstract readonly place: readonly Line[];
}
