/** `train --report`: what the page shows, computed. */
import { basename } from "node:path";
import { predictorOf, type SyncEngine } from "@chaingrad/core";
import { checkNet } from "@chaingrad/core/check";
import { explainNet } from "@chaingrad/core/explain";
import type { Batch } from "@chaingrad/core/net";
import { decodeTarget, type Prepared, type TableModelData } from "@chaingrad/tables";
import { type History, reportPage as page } from "@chaingrad/view/report";
import type { Report } from "../train/report.ts";

interface Trained {
  readonly report: Report;
  readonly model: Omit<TableModelData, "metrics">;
  readonly engine: SyncEngine;
  readonly history: History;
}

/** Rows whose gradient the certificate compares. */
const CHECKED_ROWS = 5;

/** A page that needs nothing but itself. */
export function reportPage({ report, model, engine, history }: Trained): string {
  const { prepared, file } = report;
  const checked = testRows(prepared, CHECKED_ROWS);
  return page({
    ...{ ...report, model, history, title: basename(file) },
    predicted: predictionsOf(prepared, model, engine),
    derivation: explainNet(model, model.tensors, testRows(prepared, 1)),
    certificate: { rows: checked.rows, checks: checkNet(model, model.tensors, checked) },
  });
}

/** The test rows' in the table's unit; none of classes. */
function predictionsOf(prepared: Prepared, model: Trained["model"], engine: SyncEngine): ArrayLike<number> | undefined {
  const { target, data } = prepared;
  if (target.task !== "regression") return undefined;
  const { test } = data;
  return decodeTarget(target, predictorOf(model, engine, test.y.length).judge(test).predictions);
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
