/** The certificate's tables: titles and cells, for text and pages alike; `names` are those of a table's columns. */
import type { CurvatureCheck, VariableCheck, WitnessedEntry } from "@chaingrad/core/check";
import type { ColumnNames } from "@chaingrad/core/explain";
import { formatNumber, formatPlace } from "@chaingrad/core/format";

/** A table as text, ready to be aligned. */
export interface Cells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** "l" or "r" for each column. */
  readonly sides: string;
}

const DIGITS = 6;
/** "∂L/∂", or of what it is the derivative. */
export const derivativeOf = ({ of = "L" }: Pick<VariableCheck, "of">): string => `∂${of}/∂`;
const number = (value: number | undefined): string => (value === undefined ? "–" : formatNumber(value, DIGITS));

/** Checks of derivatives of one thing each: the loss by the network's tensors, the loss by columns, the prediction by columns. */
export function grouped(checks: readonly VariableCheck[]): VariableCheck[][] {
  const groups = new Map<string | undefined, VariableCheck[]>();
  for (const check of checks) groups.set(check.of, [...(groups.get(check.of) ?? []), check]);
  return [...groups.values()];
}

/** What a group's derivatives are called, and each of them: those by columns leave to the head what they are of. */
const nameIn = ([{ of }]: readonly VariableCheck[], head: string): { head: string; of: string } =>
  of === undefined ? { head, of: derivativeOf({}) } : { head: `${derivativeOf({ of })}…`, of: "" };

/** A line for each tensor of a group, the worst first. */
export const gradientTable = (checks: readonly VariableCheck[], names?: ColumnNames): Cells => ({
  head: [nameIn(checks, "gradient").head, "verdict", "entries", "largest error", "where", "forward error"],
  sides: "llrrlr",
  rows: checks.map(({ name, shape, size, entries, forwardError, verdict }) => [
    `${nameIn(checks, "").of}${name}`,
    verdict,
    entries.length < size ? `${entries.length} of ${size}` : String(size),
    formatNumber(entries[0].relativeError, 2),
    formatPlace(checks[0].of === undefined ? name : "", shape, entries[0].index, names),
    formatNumber(forwardError, 2),
  ]),
});

/** What every witness says of each tensor's worst entry. */
export const witnessTable = (checks: readonly VariableCheck[], names?: ColumnNames): Cells => ({
  head: [nameIn(checks, "worst entry").head, "reverse", "forward", "differences", "±", "complex step"],
  sides: "lrrrrr",
  rows: checks.map(({ name, shape, entries: [{ index, claimed, measured, error, forward, complex }] }) => [
    `${nameIn(checks, "").of}${formatPlace(name, shape, index, names)}`,
    ...[claimed, forward, measured].map(number),
    formatNumber(error, 1),
    number(complex),
  ]),
});

/** Entries of one tensor, with the step of the differences. */
export const entryTable = (
  { name, shape, ...rest }: VariableCheck,
  entries: readonly WitnessedEntry[],
  names?: ColumnNames,
): Cells => ({
  head: ["entry", "verdict", "reverse", "forward", "differences", "±", "step h", "complex step"],
  sides: "llrrrrrr",
  rows: entries.map(({ index, verdict, claimed, forward, measured, error, step, complex }) => [
    `${derivativeOf(rest)}${formatPlace(name, shape, index, names)}`,
    verdict,
    ...[claimed, forward, measured].map(number),
    ...[error, step].map((value) => formatNumber(value, 1)),
    number(complex),
  ]),
});

/** Products with the Hessian against differences, a line for each variable. */
export const curvatureTable = ({ products }: CurvatureCheck): Cells => ({
  head: ["curvature", "verdict", "forward over reverse", "differences", "±", "error"],
  sides: "llrrrr",
  rows: products.map(({ name, verdict, claimed, measured, error, relativeError }) => [
    ...[`uᵀ H v, u in ${name}`, verdict, number(claimed), number(measured)],
    ...[formatNumber(error, 1), formatNumber(relativeError, 2)],
  ]),
});

/** The worst entry of the Hessian in each tensor's rows. */
export const hessianTable = ({ entries }: CurvatureCheck, names?: ColumnNames): Cells => ({
  head: ["worst of H", "verdict", "whole H", "product H e", "differences", "±"],
  sides: "llrrrr",
  rows: entries.map(({ row, column, verdict, claimed, forward, measured, error }) => [
    [row, column].map((of) => formatPlace(of.name, of.shape, of.index, names)).join(", "),
    ...[verdict, number(claimed), number(forward), number(measured), formatNumber(error, 1)],
  ]),
});
