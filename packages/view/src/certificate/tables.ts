/** The certificate's tables: titles and cells, for text and pages alike. */
import type { Curvature, VariableCheck, WitnessedEntry } from "@chaingrad/core/check";
import { formatNumber, formatPlace } from "../html/number.ts";

/** A table as text, ready to be aligned. */
export interface Cells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** "l" or "r" for each column. */
  readonly sides: string;
}

const DIGITS = 6;
const number = (value: number | undefined): string => (value === undefined ? "–" : formatNumber(value, DIGITS));

/** A line for each tensor, the worst first. */
export const gradientTable = (checks: readonly VariableCheck[]): Cells => ({
  head: ["gradient", "verdict", "entries", "largest error", "where", "forward error"],
  sides: "llrrlr",
  rows: checks.map(({ name, shape, size, entries, forwardError, verdict }) => [
    `∂L/∂${name}`,
    verdict,
    entries.length < size ? `${entries.length} of ${size}` : String(size),
    formatNumber(entries[0].relativeError, 2),
    formatPlace(name, shape, entries[0].index),
    formatNumber(forwardError, 2),
  ]),
});

/** What every witness says of each tensor's worst entry. */
export const witnessTable = (checks: readonly VariableCheck[]): Cells => ({
  head: ["worst entry", "reverse", "forward", "differences", "±", "complex step"],
  sides: "lrrrrr",
  rows: checks.map(({ name, shape, entries: [{ index, claimed, measured, error, forward, complex }] }) => [
    `∂L/∂${formatPlace(name, shape, index)}`,
    ...[claimed, forward, measured].map(number),
    formatNumber(error, 1),
    number(complex),
  ]),
});

/** Entries of one tensor, with the step of the differences. */
export const entryTable = ({ name, shape }: VariableCheck, entries: readonly WitnessedEntry[]): Cells => ({
  head: ["entry", "verdict", "reverse", "forward", "differences", "±", "step h", "complex step"],
  sides: "llrrrrrr",
  rows: entries.map(({ index, verdict, claimed, forward, measured, error, step, complex }) => [
    `∂L/∂${formatPlace(name, shape, index)}`,
    verdict,
    ...[claimed, forward, measured].map(number),
    ...[error, step].map((value) => formatNumber(value, 1)),
    number(complex),
  ]),
});

/** Products with the Hessian against differences, a line for each variable. */
export const curvatureTable = ({ products }: Curvature): Cells => ({
  head: ["curvature", "verdict", "forward over reverse", "differences", "±", "error"],
  sides: "llrrrr",
  rows: products.map(({ name, verdict, claimed, measured, error, relativeError }) => [
    ...[`uᵀ H v, u in ${name}`, verdict, number(claimed), number(measured)],
    ...[formatNumber(error, 1), formatNumber(relativeError, 2)],
  ]),
});

/** The worst entry of the Hessian in each tensor's rows. */
export const hessianTable = ({ entries }: Curvature): Cells => ({
  head: ["worst of H", "verdict", "whole H", "product H e", "differences", "±"],
  sides: "llrrrr",
  rows: entries.map(({ row, column, verdict, claimed, forward, measured, error }) => [
    `${formatPlace(row.name, row.shape, row.index)}, ${formatPlace(column.name, column.shape, column.index)}`,
    ...[verdict, number(claimed), number(forward), number(measured), formatNumber(error, 1)],
  ]),
});
