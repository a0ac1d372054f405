/**
 * ∂prediction/∂column of one row: in the target's unit (or probability) for each unit of the column. The graph is that of the
 * derivation, encoder, network and target in one, compiled once for any row.
 */
import { type Expr, forward, input, program, type SyncEngine, type SyncExecutable, vjp } from "@chaingrad/core";
import { parameterInputs } from "@chaingrad/core/net";
import { encoderGraph, type Source } from "../chain/encoder-graph.ts";
import { numberCells, numberColumns, type OwnEncoding } from "../chain/number-cells.ts";
import { predictionGraph } from "../chain/target-graph.ts";
import { encode, findColumn } from "../table/encoder.ts";
import { isNumeric, type NumericEncoding, numericKind, readsOf, textKind } from "../table/encodings/kinds.ts";
import { LIMIT, zOf } from "../table/encodings/scale.ts";
import type { Table } from "../table/table.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { movedTargets } from "../table/targets/target.ts";
import type { TableModelData } from "./model-file.ts";

/** The derivatives of one number by each column of numbers or dates. */
type Derivatives = Readonly<Record<string, number>>;

export interface RowDerivatives {
  /** For each output in order: the amount alone, or each class's probability. */
  readonly outputs: readonly Derivatives[];
  /** Why a column has no derivative, or has 0. */
  readonly notes: Readonly<Record<string, string>>;
}

/** The model's graph over one row of its columns, compiled once: each row is written to its inputs. */
export class RowGradient {
  readonly #model: TableModelData;
  readonly #executable: SyncExecutable;
  readonly #outputs: number;
  readonly #inputs: RowInputs;

  constructor(model: TableModelData, engine: SyncEngine) {
    this.#model = model;
    const { network, objective, target, encoder } = model;
    const carried = parameterInputs(network, "f64");
    const inputs = new RowInputs();
    const x = encoderGraph(encoder.columns, inputs, false);
    const context = { training: false, buffers: carried.buffers };
    const { output } = forward(network, carried.params, x, context);
    const moved = movedTargets(target).length;
    const offset = moved > 0 ? input("offset", [1, moved], "f64") : undefined;
    const prediction = predictionGraph(target, objective.loss, output, offset);
    const seed = input("seed", prediction.type.shape, "f64");
    const tensors = [...Object.values(carried.params), ...Object.values(carried.buffers)];
    const columns = numberColumns(model).map(({ name }) => inputs.cells(name).column);
    const slopes = vjp([prediction], columns, [seed]);
    const given = [...inputs.all, ...tensors, ...(offset ? [offset] : []), seed];
    const shown = Object.fromEntries(numberColumns(model).map(({ name }, i) => [`∂/${name}`, slopes[i]]));
    this.#executable = engine.compile(program("gradient by columns", given, shown));
    for (const { label: name = "" } of tensors) this.#executable.write(name, model.tensors[name]);
    this.#outputs = prediction.type.shape[1];
    this.#inputs = inputs;
  }

  /** Throws as `encode`. */
  of(table: Table, row: number): RowDerivatives {
    const notes = this.#write(table, row);
    const columns = numberColumns(this.#model);
    const offsets = offsetsFor(this.#model.target, table, [row]);
    if (offsets !== undefined) this.#executable.write("offset", offsets);
    const outputs = Array.from({ length: this.#outputs }, (_, output): Derivatives => {
      this.#executable.write("seed", new Float64Array(this.#outputs).fill(1, output, output + 1));
      this.#executable.run();
      // Not −0.
      return Object.fromEntries(columns.map(({ name }) => [name, this.#executable.read(`∂/${name}`)[0] + 0]));
    });
    return { outputs, notes };
  }

  /** Writes a row; what is to be said of the derivatives by its columns. */
  #write(table: Table, row: number): Record<string, string> {
    const { encoder } = this.#model;
    const notes: Record<string, string> = {};
    const x = encode(encoder, table, [row]);
    const cells = new Map<string, Float64Array>();
    for (const encoding of numberColumns(this.#model)) {
      const { name } = encoding;
      const { values, known } = numberCells(encoding, findColumn(table, name, []), [row]);
      cells.set(name, values);
      this.#executable.write(columnLabel(name), values);
      this.#executable.write(knownLabel(name), known ?? [1]);
      if (known !== undefined) notes[name] = "missing: it counts as the centre, so its derivative is 0";
      else if (isOutermost(encoding, values[0])) notes[name] = TOO_FAR;
    }
    for (const encoding of encoder.columns) {
      if (!isNumeric(encoding)) notes[encoding.name] = `${textKind(encoding).called}: it has no derivative`;
      else {
        const own = readsOf(encoding).map((name) => cells.get(name) as Float64Array);
        for (const [symbol, value] of Object.entries(numericKind(encoding).given(encoding, own)))
          this.#executable.write(givenLabel(encoding, symbol), typeof value === "number" ? [value] : value);
      }
    }
    for (const { label, first, width } of this.#inputs.blocks)
      this.#executable.write(label, x.subarray(first, first + width));
    return notes;
  }
}

const TOO_FAR = `more than ${LIMIT.toExponential().replace("+", "")} scales from the centre: it counts as that far, so its derivative is 0`;

/** Whether a number is so far out that the smooth clip is flat to the last bit. */
const isOutermost = (encoding: OwnEncoding, value: number): boolean => Math.abs(zOf(encoding, value)) > LIMIT;

const columnLabel = (name: string): string => `column ${name}`;
const knownLabel = (name: string): string => `known ${name}`;
const givenLabel = ({ name }: NumericEncoding, symbol: string): string => `given ${name} ${symbol}`;

/** Inputs for any one row: nothing is left out that some row may need. */
class RowInputs implements Source {
  readonly all: Expr[] = [];
  readonly blocks: { label: string; first: number; width: number }[] = [];
  readonly #cells = new Map<string, { column: Expr; known: Expr }>();

  isFollowed(): boolean {
    return true;
  }

  isPlain(): boolean {
    return false;
  }

  cells(name: string): { column: Expr; known: Expr } {
    const made = this.#cells.get(name) ?? {
      column: this.#input(columnLabel(name), [1]),
      known: this.#input(knownLabel(name), [1]),
    };
    this.#cells.set(name, made);
    return made;
  }

  constants(encoding: NumericEncoding): Record<string, Expr> {
    const any = readsOf(encoding).map(() => new Float64Array(1));
    const given = Object.entries(numericKind(encoding).given(encoding, any));
    return Object.fromEntries(
      given.map(([symbol, value]) => [
        symbol,
        this.#input(givenLabel(encoding, symbol), typeof value === "number" ? [] : [1]),
      ]),
    );
  }

  block(first: number, width: number): Expr {
    const label = `features ${first}`;
    this.blocks.push({ label, first, width });
    return this.#input(label, [1, width]);
  }

  #input(label: string, shape: readonly number[]): Expr {
    const node = input(label, shape, "f64");
    this.all.push(node);
    return node;
  }
}
