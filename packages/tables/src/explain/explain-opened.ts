/** A network on rows, explained and certified: from the loss or a prediction down to what it was given, a table's columns where it has some. */
import { type Certificate, type CertifyOptions, certify, verdictOf } from "@chaingrad/core/check";
import { type Block, type Explained, type ExplainedTarget, explainNet, parseTarget } from "@chaingrad/core/explain";
import { refusal } from "@chaingrad/core/user-error";
import { checkColumns } from "../chain/check-columns.ts";
import { numberColumns } from "../chain/number-cells.ts";
import { namesOf } from "../table/names.ts";
import { reachOf } from "./chain.ts";
import type { ChosenRows, OpenedNetwork } from "./opened.ts";
import { DEFAULT_OPTIMIZER, type Shown, viewBlocks } from "./views.ts";

/** What is differentiated by what, and how it is shown. */
export interface ViewOptions {
  /** The derivative by this alone: "W2", "W2[1,3]", "b1", "x[2]", "h1[4]", or a column of the table. Places count from 1. */
  readonly of?: string | undefined;
  /** What is differentiated: "loss" (the default), "prediction", or of a model the probability of a class. */
  readonly from?: string | undefined;
  /** How it is shown; without it the whole derivation, or what leads to `of`. */
  readonly view?: Shown | undefined;
  /** Of the view "update": whose step (default "sgd"), with which rate (default: its own), and which of its steps (default 1). */
  readonly optimizer?: string | undefined;
  readonly rate?: number | undefined;
  readonly step?: number | undefined;
  /** Whether each value's step of the compiled plan is looked up (default no). */
  readonly kernels?: boolean | undefined;
  /** Whether the chain goes on to columns that are not named (by default where all is shown, or the way forward). */
  readonly isWhole?: boolean | undefined;
}

/** A derivation, and what is shown of it. */
export interface Explanation {
  /** The programs that run, and their numbers. */
  readonly of: Explained;
  /** What `blocks` are about, where `of` named it. */
  readonly target: ExplainedTarget | undefined;
  /** For any printer: `terminalLines`, `latexDocument`, `markdownDocument`, `htmlBody`, `viewJson` of `@chaingrad/core/explain`. */
  readonly blocks: readonly Block[];
  /** What is to be known of the table's columns, a sentence each. */
  readonly notes: readonly string[];
}

/** Throws UserError on a name that there is not, a start that there is not, or a view that cannot be shown. */
export async function explainOpened(
  opened: OpenedNetwork,
  batch: ChosenRows,
  options: ViewOptions = {},
): Promise<Explanation> {
  const { of: name, from = "loss", view, optimizer = DEFAULT_OPTIMIZER, rate, step = 1, kernels = false } = options;
  const isWhole = options.isWhole ?? (view === undefined || view === "forward");
  const { prepared, prediction, notes } = reachOf(opened, batch, { of: name, from, isWhole });
  const names = opened.model && namesOf(opened.model);
  const of = explainNet(opened, opened.tensors, batch, { prepared, prediction, kernels, names });
  const target = name === undefined ? undefined : refusal(() => parseTarget(of, name));
  const context = { of, target, opened, batch, from, prepared, optimizer, rate, step };
  return { of, target, notes, blocks: await viewBlocks(context, view) };
}

/** A certificate that says how much of a table's columns it is of, where derivatives lead to them. */
export interface TableCertificate extends Certificate {
  /** Columns of numbers and dates, and how many cells of each are compared. */
  readonly columns?: { readonly compared: number; readonly of: number; readonly rows: number };
}

/**
 * Every gradient against independent witnesses; of a model on rows of a table also by the table's columns, of the loss and of
 * the prediction in the target's unit.
 */
export function certifyOpened(
  opened: OpenedNetwork,
  batch: ChosenRows,
  options: CertifyOptions = {},
): TableCertificate {
  const certificate = certify(opened, batch, options);
  const { model } = opened;
  if (model === undefined || batch.from === undefined) return certificate;
  const byColumn = checkColumns(opened, opened.tensors, { model, batch, ...batch.from });
  const checks = [...certificate.checks, ...byColumn];
  const whole = { ...certificate, checks, verdict: verdictOf(checks, certificate.curvature) };
  if (byColumn.length === 0) return whole;
  const compared = new Set(byColumn.map(({ name }) => name)).size;
  return { ...whole, columns: { compared, of: numberColumns(model).length, rows: byColumn[0].size } };
}
