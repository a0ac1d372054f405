/** A formula, a table and starts as residuals: which names are columns, which parameters, and which rows count. */
import { type Expr, input, type Program, program, sub } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { buildFormula, namesIn } from "../formula/build.ts";
import { FormulaError } from "../formula/formula-error.ts";
import { CONSTANTS } from "../formula/functions.ts";
import { type Formula, parseFormula } from "../formula/parse.ts";
import { EncodingError, type Table } from "../table/table.ts";

export type Numbers = Readonly<Record<string, number>>;

/** What is compared: a column or a formula of columns, and the formula of columns and parameters that is to come near to it. */
export interface Equation {
  readonly target: Formula;
  readonly model: Formula;
}

/** A name in the formula that is no column, and that `start` does not have. */
export class MissingStartError extends FormulaError {
  override readonly name: string = "MissingStartError";
  readonly parameter: string;
  /** "The columns are …." */
  readonly columns: string;

  constructor(parameter: string, columns: string, text: string, at: number) {
    const advice = `For a parameter add its start, as in start: { ${parameter}: 1 }. ${columns}`;
    super(`'${parameter}' is no column and has no start value`, text, at, advice);
    this.parameter = parameter;
    this.columns = columns;
  }
}

export interface CurveModel {
  /** model − target, f64 [rows] */
  readonly residuals: Expr;
  /** What the model is compared with, f64 [rows], of all of `data`. */
  readonly observed: Program<"y">;
  /** The columns that are used, without the rows in which one of them is missing. */
  readonly data: Readonly<Record<string, Float64Array>>;
  /** The places in the table of the rows that count, from 0. */
  readonly rows: readonly number[];
  /** Rows left out because a value is missing. */
  readonly missing: number;
}

/** Throws FormulaError with the place where it is a formula's fault, UserError on a start, EncodingError on a column. */
export function curveModel(table: Table, { model, target }: Equation, start: Numbers): CurveModel {
  checkParameters(table, model, start);
  const used = [...columnsOf(model, table, start), ...columnsOf(target, table, {})];
  const columns = new Map(used.map((name) => [name, numbersOf(table, name)]));
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    [...columns.values()].every((values) => !Number.isNaN(values[row])),
  );
  if (rows.length === 0) throw new EncodingError(`no row has a value in all of ${[...columns.keys()].join(", ")}`);
  const data = Object.fromEntries(
    [...columns].map(([name, values]) => [name, Float64Array.from(rows, (row) => values[row])]),
  );
  const inputs = new Map<string, Expr>(Object.keys(data).map((name) => [name, input(name, [rows.length], "f64")]));
  const parameters = Object.keys(start).map((name): [string, Expr] => [name, input(name, [], "f64")]);
  const aim = buildFormula(target, inputs);
  const residuals = sub(buildFormula(model, new Map([...inputs, ...parameters])), aim);
  const observed = program("observed", [...inputs.values()], { y: aim });
  return { residuals, observed, data, rows, missing: table.rows - rows.length };
}

/** A column's name as it stands, else a formula. */
export function parseTarget(target: string, table: Table): Formula {
  const isColumn = table.columns.some(({ name }) => name === target);
  return parseFormula(isColumn ? `\`${target}\`` : target);
}

function checkParameters(table: Table, formula: Formula, start: Numbers): void {
  const used = new Set(namesIn(formula).map(({ name }) => name));
  const names = Object.keys(start);
  const clash = names.find((name) => table.columns.some((column) => column.name === name));
  if (clash !== undefined) throw startError(`'${clash}' is a column of the table`, "Give the parameter another name.");
  const idle = names.find((name) => !used.has(name));
  if (idle !== undefined) throw startError(`the model has no parameter '${idle}'`, `The model: ${formula.text}`);
}

const startError = (problem: string, hint: string): UserError =>
  new UserError(`start: ${problem}`, hint, { option: "start" });

/** Throws MissingStartError at a name that is neither a column nor a parameter with a start. */
function columnsOf(formula: Formula, table: Table, start: Numbers): string[] {
  const known = table.columns.map(({ name }) => name);
  return namesIn(formula).flatMap(({ name, at }) => {
    if (known.includes(name)) return [name];
    if (Object.hasOwn(start, name) || CONSTANTS.has(name)) return [];
    const columns = `The columns are ${known.slice(0, 20).join(", ")}${known.length > 20 ? ", …" : ""}.`;
    throw new MissingStartError(name, columns, formula.text, at);
  });
}

function numbersOf(table: Table, name: string): Float64Array {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.type === "number") return Float64Array.from(column.values);
  const spoilt = column?.note === undefined ? "" : `: ${column.note}`;
  throw new EncodingError(`column '${name}' holds ${column?.type}, expected numbers${spoilt}`, name);
}
