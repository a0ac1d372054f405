/** What a report of a training shows beside what training told: predictions, one derivation and a certificate, computed. */
import type { SyncEngine } from "@chaingrad/core";
import { checkNet } from "@chaingrad/core/check";
import { explainNet } from "@chaingrad/core/explain";
import type { Batch } from "@chaingrad/core/net";
import {
  EncodingError,
  type JudgedTraining,
  namesOf,
  type Part,
  type Prepared,
  predictRows,
  type TablePrediction,
  type TrainedTable,
} from "@chaingrad/tables";
import type { ReportInput } from "./page.ts";

/** A training that a report is made of. */
export interface ReportedTraining
  extends Pick<ReportInput, "title" | "file" | "prepared">,
    Pick<TrainedTable, "end" | "history">,
    Pick<JudgedTraining, "model" | "evaluations" | "judged" | "baseline"> {
  /** What trained, and predicts. */
  readonly engine: SyncEngine;
}

/** Rows whose gradient the certificate compares. */
const CHECKED_ROWS = 5;

/** Derivation and certificate are of rows of the part that is judged, in float64 on the reference engine. */
export function reportOf({ engine, ...training }: ReportedTraining): ReportInput {
  const { prepared, model, judged } = training;
  const checked = rowsOf(prepared, judged, CHECKED_ROWS);
  return {
    ...training,
    engine: engine.name,
    predicted: saidOf(training, engine),
    derivation: explainNet(model, model.tensors, rowsOf(prepared, judged, 1), { names: namesOf(prepared) }),
    certificate: { rows: checked.rows, checks: checkNet(model, model.tensors, checked) },
  };
}

/** What the model says of the rows that are judged; nothing where its weights overflow on one. */
function saidOf(
  { model, prepared, judged }: Omit<ReportedTraining, "engine">,
  engine: SyncEngine,
): TablePrediction | undefined {
  try {
    return predictRows(model, engine, prepared.data[judged]);
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

/** The first rows of a part. */
function rowsOf({ data, rows: all, encoder }: Prepared, part: Part, most: number): Batch {
  const { x, y } = data[part];
  const rows = Math.min(most, all[part].length);
  const first = (values: ArrayLike<number>, width: number): Float64Array =>
    Float64Array.from({ length: rows * width }, (_, i) => values[i]);
  return { rows, x: first(x, encoder.features.length), y: first(y, y.length / all[part].length), weight: undefined };
}
