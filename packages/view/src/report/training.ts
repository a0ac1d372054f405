/** What a report of a training shows beside what training told: predictions, one derivation and a certificate, computed. */
import type { SyncEngine } from "@chaingrad/core";
import { checkNet } from "@chaingrad/core/check";
import { explainNet } from "@chaingrad/core/explain";
import type { Batch } from "@chaingrad/core/net";
import { type JudgedTraining, namesOf, type Prepared, predictAmounts, type TrainedTable } from "@chaingrad/tables";
import type { ReportInput } from "./page.ts";

/** A training that a report is made of. */
export interface ReportedTraining
  extends Pick<ReportInput, "title" | "file" | "prepared">,
    Pick<TrainedTable, "end" | "history">,
    Pick<JudgedTraining, "judged" | "evaluations" | "baseline"> {
  /** What trained, and predicts. */
  readonly engine: SyncEngine;
}

/** Rows whose gradient the certificate compares. */
const CHECKED_ROWS = 5;

/** Derivation and certificate are of test rows, in float64 on the reference engine. */
export function reportOf({ engine, ...training }: ReportedTraining): ReportInput {
  const { prepared, judged: model } = training;
  const { target } = model;
  const checked = testRows(prepared, CHECKED_ROWS);
  return {
    ...training,
    model,
    engine: engine.name,
    predicted:
      target.task === "regression" ? predictAmounts({ ...model, target }, engine, prepared.data.test) : undefined,
    derivation: explainNet(model, model.tensors, testRows(prepared, 1), { names: namesOf(prepared) }),
    certificate: { rows: checked.rows, checks: checkNet(model, model.tensors, checked) },
  };
}

/** The first rows of the test part. */
function testRows({ data, encoder }: Prepared, most: number): Batch {
  const { x, y } = data.test;
  const rows = Math.min(most, y.length);
  const width = encoder.features.length;
  return {
    rows,
    x: Float64Array.from({ length: rows * width }, (_, i) => x[i]),
    y: Float64Array.from({ length: rows }, (_, i) => y[i]),
    weight: undefined,
  };
}
