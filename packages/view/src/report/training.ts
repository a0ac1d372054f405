/** What a report of a training shows beside what training told: predictions, one derivation and a certificate, computed. */
import { pickRows, type SyncEngine } from "@chaingrad/core";
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
  saidOf,
  type Table,
  type TrainedTable,
} from "@chaingrad/tables";
import { lookInto } from "./looked-into.ts";
import { partOf, type ReportInput } from "./page.ts";

/** A training that a report is made of. */
export interface ReportedTraining
  extends Pick<ReportInput, "title" | "file" | "prepared" | "files" | "language">,
    Pick<TrainedTable, "end" | "history">,
    Pick<TrainedTable, "outOfFold">,
    Pick<JudgedTraining, "judged" | "evaluations" | "part" | "baseline"> {
  /** What trained, and predicts. */
  readonly engine: SyncEngine;
  /** All rows: without them the page says nothing of importance, dependence and the hardest rows. */
  readonly table?: Table;
}

/** Rows whose gradient the certificate compares. */
const CHECKED_ROWS = 5;

/** Derivation and certificate are of rows of the part that is judged, in float64 on the reference engine. */
export async function reportOf({ engine, table, ...training }: ReportedTraining): Promise<ReportInput> {
  const { prepared, judged: model, part } = training;
  const checked = rowsOf(prepared, part, CHECKED_ROWS);
  const predicted = predictionsOf(training, engine);
  const found = table && predicted && (await lookInto({ model, engine, table, predicted, prepared, part }));
  return {
    ...training,
    model,
    engine: engine.name,
    predicted,
    lookedInto: found,
    derivation: explainNet(model, model.tensors, rowsOf(prepared, part, 1), { names: namesOf(prepared) }),
    certificate: { rows: checked.rows, checks: checkNet(model, model.tensors, checked) },
  };
}

/** Of the rows that are judged, and what is said of them; nothing where weights overflow on one. */
function predictionsOf(
  { judged: model, prepared, part, outOfFold }: Omit<ReportedTraining, "engine">,
  engine: SyncEngine,
): ReportInput["predicted"] {
  const { data, rows } = prepared;
  try {
    if (part !== "validation" || outOfFold === undefined)
      return { rows: rows[part], data: data[part], said: predictRows(model, engine, data[part]) };
    const own = pickRows(data.train, rows.train.length, outOfFold.rows);
    const places = outOfFold.rows.map((place) => rows.train[place]);
    return { rows: places, data: own, said: saidOf(model.target, outOfFold, own) };
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}

/** The first rows of a part; of the training rows where these were left out in turn. */
function rowsOf({ data, rows: all, encoder }: Prepared, wanted: Part, most: number): Batch {
  const part = partOf(all, wanted);
  const { x, y } = data[part];
  const rows = Math.min(most, all[part].length);
  const first = (values: ArrayLike<number>, width: number): Float64Array =>
    Float64Array.from({ length: rows * width }, (_, i) => values[i]);
  return { rows, x: first(x, encoder.features.length), y: first(y, y.length / all[part].length), weight: undefined };
}
