/** A model as it is served: its columns, its batches, and by which bytes it is known. */
import { createHash } from "node:crypto";
import type { Reading, TableModel, TableModelData } from "@chaingrad/tables";
import { BatchPredictor, type ColumnForm, columnForms } from "@chaingrad/tables/serving";
import { Batcher, type BatcherOptions } from "./batcher.ts";

/** What is kept of a model while it is served. */
export class ServedModel {
  readonly model: TableModel;
  readonly data: TableModelData;
  readonly columns: readonly string[];
  readonly targets: readonly string[];
  readonly forms: readonly ColumnForm[];
  /** All names that a row may have: columns, targets and the weight, which predictions do not look at. */
  readonly known: ReadonlySet<string>;
  readonly predictor: BatchPredictor;
  readonly batcher: Batcher;
  /** The first 16 digits of the SHA-256 of its file: the same model has the same. */
  readonly id: string;
  readonly since: Date = new Date();

  constructor(model: TableModel, options: BatcherOptions) {
    this.model = model;
    this.data = model.model;
    this.columns = model.columns;
    this.targets = model.targets;
    this.forms = columnForms(this.data);
    this.known = new Set([
      ...this.columns,
      ...this.targets,
      ...(this.data.weight === undefined ? [] : [this.data.weight]),
    ]);
    this.predictor = new BatchPredictor(this.data, model.engine);
    this.predictor.ready();
    this.batcher = new Batcher(this.predictor, options);
    this.id = createHash("sha256").update(model.save()).digest("hex").slice(0, 16);
  }

  get reading(): Reading | undefined {
    return this.data.reading;
  }
}
