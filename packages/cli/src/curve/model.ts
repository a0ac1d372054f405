/** A formula, a table and starts as residuals: which names are columns, which parameters, and which rows count. */
import { type Expr, input, type Program, program, sub } from "@chaingrad/core";
import type { FileTable } from "@chaingrad/duckdb";
import { UserError } from "@chaingrad/tables";
import { buildFormula, namesIn } from "../formula/build.ts";
import { FormulaError } from "../formula/formula-error.ts";
import { CONSTANTS } from "../formula/functions.ts";
import { type Formula, parseFormula } from "../formula/parse.ts";

export type Numbers = Readonly<Record<string, number>>;

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

type CurveTable = Pick<FileTable, "path" | "rows" | "columns">;

/**
 * @param target a column, or a formula of columns
 * @throws UserError (FormulaError with the place, where it is a formula's fault)
 */
export function curveModel(table: CurveTable, model: string, target: string, start: Numbers): CurveModel {
  const [formula, goal] = [parseFormula(model), parseTarget(target, table)];
  checkParameters(table, formula, start);
  const used = [...columnsOf(formula, table, start), ...columnsOf(goal, table, {})];
  const columns = new Map(used.map((name) => [name, numbersOf(table, name)]));
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    [...columns.values()].every((values) => !Number.isNaN(values[row])),
  );
  if (rows.length === 0)
    throw new UserError(`${table.path}: no row has a value in all of ${[...columns.keys()].join(", ")}`);
  const data = Object.fromEntries(
    [...columns].map(([name, values]) => [name, Float64Array.from(rows, (row) => values[row])]),
  );
  const inputs = new Map<string, Expr>(Object.keys(data).map((name) => [name, input(name, [rows.length], "f64")]));
  const parameters = Object.keys(start).map((name): [string, Expr] => [name, input(name, [], "f64")]);
  const aim = buildFormula(goal, inputs);
  const residuals = sub(buildFormula(formula, new Map([...inputs, ...parameters])), aim);
  const observed = program("observed", [...inputs.values()], { y: aim });
  return { residuals, observed, data, rows, missing: table.rows - rows.length };
}

/** A column's name as it stands, else a formula. */
function parseTarget(target: string, table: CurveTable): Formula {
  const isColumn = table.columns.some(({ name }) => name === target);
  return parseFormula(isColumn ? `\`${target}\`` : target);
}

function checkParameters(table: CurveTable, formula: Formula, start: Numbers): void {
  const used = new Set(namesIn(formula).map(({ name }) => name));
  const names = Object.keys(start);
  const clash = names.find((name) => table.columns.some((column) => column.name === name));
  if (clash !== undefined)
    throw new UserError(`--start: '${clash}' is a column of the table`, "Give the parameter another name.");
  const idle = names.find((name) => !used.has(name));
  if (idle !== undefined)
    throw new UserError(`--start: the model has no parameter '${idle}'`, `The model: ${formula.text}`);
}

/** @throws FormulaError at a name that is neither a column nor a parameter with a start */
function columnsOf(formula: Formula, table: CurveTable, start: Numbers): string[] {
  const known = table.columns.map(({ name }) => name);
  return namesIn(formula).flatMap(({ name, at }) => {
    if (known.includes(name)) return [name];
    if (Object.hasOwn(start, name) || CONSTANTS.has(name)) return [];
    const columns = `The columns are ${known.slice(0, 20).join(", ")}${known.length > 20 ? ", …" : ""}.`;
    const advice = `For a parameter add its start, as in --start ${name}=1. ${columns}`;
    throw new FormulaError(`'${name}' is no column and has no start value`, formula.text, at, advice);
  });
}

function numbersOf(table: CurveTable, name: string): Float64Array {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column?.type === "number") return Float64Array.from(column.values);
  const spoilt = column?.note === undefined ? "" : `: ${column.note}`;
  throw new UserError(`${table.path}: column '${name}' holds ${column?.type}, expected numbers${spoilt}`);
}
