/**
 * ∂prediction/∂column of one row: in the target's unit (or probability) for each unit of the column. The graph is that of the
 * derivation, encoder, network and target in one, compiled once for any row.
 */
import { type Expr, forward, input, program, type SyncEngine, type SyncExecutable, vjp } from "@chaingrad/core";
import { parameterInputs } from "@chaingrad/core/net";
import { joined, numberFeature } from "../chain/encoder-graph.ts";
import { numberCells } from "../chain/number-cells.ts";
import { predictionGraph } from "../chain/target-graph.ts";
import { type ColumnEncoding, encode, featuresOf, findColumn, LIMIT } from "../table/encoder.ts";
import type { Table } from "../table/table.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import type { TableModelData } from "./model-file.ts";

/** The derivatives of one number by each column of numbers or dates. */
type Derivatives = Readonly<Record<string, number>>;

export interface RowDerivatives {
  /** For each output in order: the amount alone, or each class's probability. */
  readonly outputs: readonly Derivatives[];
  /** Why a column has no derivative, or has 0. */
  readonly notes: Readonly<Record<string, string>>;
}

export class RowGradient {
  readonly #model: TableModelData;
  readonly #executable: SyncExecutable;
  readonly #outputs: number;

  constructor(model: TableModelData, engine: SyncEngine) {
    this.#model = model;
    const { network, objective, target, encoder } = model;
    const carried = parameterInputs(network, "f64");
    const { columns, given, parts } = below(encoder.columns);
    const context = { training: false, buffers: carried.buffers };
    const { output } = forward(network, carried.params, joined(parts), context);
    const hasOffset = target.task === "regression" && target.offset !== undefined;
    const offset = hasOffset ? input("offset", [1, 1], "f64") : undefined;
    const prediction = predictionGraph(target, objective.loss, output, offset);
    const seed = input("seed", prediction.type.shape, "f64");
    const tensors = [...Object.values(carried.params), ...Object.values(carried.buffers)];
    const slopes = vjp([prediction], columns, [seed]);
    const shown = Object.fromEntries(columns.map((column, i) => [`∂/${column.label}`, slopes[i]]));
    this.#executable = engine.compile(
      program("gradient by columns", [...columns, ...given, ...tensors, ...(offset ? [offset] : []), seed], shown),
    );
    for (const { label: name = "" } of tensors) this.#executable.write(name, model.tensors[name]);
    this.#outputs = prediction.type.shape[1];
  }

  /** Throws as `encode`. */
  of(table: Table, row: number): RowDerivatives {
    const { encoder } = this.#model;
    const x = encode(encoder, table, [row]);
    const notes: Record<string, string> = {};
    let first = 0;
    for (const [i, encoding] of encoder.columns.entries()) {
      const width = featuresOf(encoding).length;
      const note = this.#write(i, encoding, table, row, x.subarray(first, first + width));
      if (note !== undefined) notes[encoding.name] = note;
      first += width;
    }
    const offsets = offsetsFor(this.#model.target, table, [row]);
    if (offsets !== undefined) this.#executable.write("offset", offsets);
    const outputs = Array.from({ length: this.#outputs }, (_, output): Derivatives => {
      this.#executable.write("seed", new Float64Array(this.#outputs).fill(1, output, output + 1));
      this.#executable.run();
      return Object.fromEntries(
        encoder.columns.flatMap(({ kind, name }, i) =>
          // Not −0.
          kind === "category" ? [] : [[name, this.#executable.read(`∂/column ${i}`)[0] + 0]],
        ),
      );
    });
    return { outputs, notes };
  }

  /** Writes one column's cells; what is to be said of its derivative. */
  #write(i: number, encoding: ColumnEncoding, table: Table, row: number, features: Float64Array): string | undefined {
    if (encoding.kind === "category") {
      if (features.length > 0) this.#executable.write(`features ${i}`, features);
      return "a category: it has no derivative";
    }
    const { values, known } = numberCells(encoding, findColumn(table, encoding.name, []), [row]);
    this.#executable.write(`column ${i}`, values);
    this.#executable.write(`known ${i}`, known ?? [1]);
    if (encoding.missing) this.#executable.write(`features ${i}`, features.subarray(1));
    if (known !== undefined) return "missing: it counts as the mean, so its derivative is 0";
    const isBeyond = Math.abs(values[0] - encoding.mean) > LIMIT * encoding.scale;
    return isBeyond
      ? `more than ${LIMIT} standard deviations from the mean: it counts as that far, so its derivative is 0`
      : undefined;
  }
}

/** Columns that can be differentiated, and everything else that x is made of. */
function below(encodings: readonly ColumnEncoding[]): Record<"columns" | "given" | "parts", Expr[]> {
  const columns: Expr[] = [];
  const given: Expr[] = [];
  const parts: Expr[] = [];
  const constant = (name: string, shape: readonly number[]): Expr => {
    const node = input(name, shape, "f64");
    given.push(node);
    return node;
  };
  for (const [i, encoding] of encodings.entries()) {
    const width = featuresOf(encoding).length;
    if (encoding.kind !== "category") {
      const column = input(`column ${i}`, [1], "f64");
      columns.push(column);
      const { mean, scale } = encoding;
      parts.push(numberFeature(encoding, column, { mean, scale, known: constant(`known ${i}`, [1]), isLimited: true }));
    }
    const constants = encoding.kind === "category" ? width : width - 1;
    if (constants > 0) parts.push(constant(`features ${i}`, [1, constants]));
  }
  return { columns, given, parts };
}
