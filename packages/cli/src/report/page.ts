/** `train --report`: what the page shows, computed. */
import { basename } from "node:path";
import { Predictor, type SyncEngine } from "@chaingrad/core";
import { checkNet } from "@chaingrad/core/check";
import { explainNet } from "@chaingrad/core/explain";
import type { Batch, Net } from "@chaingrad/core/net";
import { decodeTarget, type Model, type Prepared } from "@chaingrad/tables";
import { type History, reportPage as page } from "@chaingrad/view/report";
import type { Report } from "../train/report.ts";

interface Trained {
  readonly report: Report;
  readonly model: Omit<Model, "metrics">;
  readonly engine: SyncEngine;
  readonly history: History;
}

/** Rows whose gradient the certificate compares. */
const CHECKED_ROWS = 5;

/** A page that needs nothing but itself. */
export function reportPage({ report, model, engine, history }: Trained): string {
  const { prepared, file } = report;
  const net = netOf(model);
  const tensors = model.tensors as Record<string, Float64Array>;
  const checked = testRows(prepared, CHECKED_ROWS);
  return page({
    ...{ ...report, model, history, title: basename(file) },
    predicted: predictionsOf(prepared, model, engine),
    derivation: explainNet(net, tensors, testRows(prepared, 1)),
    certificate: { rows: checked.rows, checks: checkNet(net, tensors, checked) },
  });
}

/** The test rows' in the table's unit; none of classes. */
function predictionsOf(prepared: Prepared, model: Trained["model"], engine: SyncEngine): ArrayLike<number> | undefined {
  const { target, data } = prepared;
  if (target.task !== "regression") return undefined;
  const { test } = data;
  const predictor = new Predictor(engine, model.network, model.loss, test.y.length, "f32");
  predictor.load(model.tensors);
  return decodeTarget(target, predictor.judge(test).predictions);
}

const netOf = ({ network, loss, l1, l2 }: Trained["model"]): Net => ({ network, loss, l1, l2, reduction: "mean" });

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
