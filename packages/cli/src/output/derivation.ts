/** `--derive`: how one number of a model's answers comes about, in every form that derivations are written in. */
import { basename } from "node:path";
import { type Block, catalogue, type Language, viewJson } from "@chaingrad/core/explain";
import { UserError } from "@chaingrad/tables";
import { type Command, Option } from "commander";
import { wholeNumber } from "../given/options.ts";
import { printBlocks } from "./blocks.ts";
import { type CommonOptions, printDocument, printJson } from "./conventions.ts";

const FORMATS = ["markdown", "latex", "html"] as const;

export interface DerivationFlags extends CommonOptions {
  readonly format: "terminal" | (typeof FORMATS)[number];
  readonly lang?: Language;
  readonly digits?: number;
}

const DIGITS = 4;
const FLOAT64_DIGITS = 17;

/** Adds `--derive`, and how its document is written. */
export function withDerivation(command: Command, derive: Option, others: readonly string[] = []): Command {
  return command
    .addOption(derive)
    .addOption(
      new Option("--format <format>", "for what it is written; a derivation also as markdown, latex, html")
        .choices(["terminal", ...others, ...FORMATS])
        .default("terminal"),
    )
    .addOption(
      new Option("--lang <language>", "the language of a derivation (default: en)").choices(Object.keys(catalogue)),
    )
    .option("--digits <N>", "significant digits of a derivation (default: 4)", wholeNumber(1, FLOAT64_DIGITS));
}

/** Throws UserError on what only a derivation has, where none is asked for. @param derive how one is asked for */
export function checkDerivation(
  { format, lang, digits }: { readonly format: string; readonly lang?: string; readonly digits?: number },
  isDerived: boolean,
  derive: string,
): void {
  if (isDerived) {
    if (format !== "csv") return;
    throw new UserError("a derivation is no CSV", "Leave --format away, or give markdown, latex or html.");
  }
  const isForm = (FORMATS as readonly string[]).includes(format);
  const wrong = isForm ? `--format ${format}` : lang !== undefined ? "--lang" : digits !== undefined ? "--digits" : "";
  if (wrong !== "") throw new UserError(`${wrong} is of a derivation`, `Say of what: ${derive}.`);
}

/** Whether all of a list is shown: programs can read it. */
export const mostOf = ({ json }: CommonOptions): { readonly most?: number } =>
  json ? { most: Number.POSITIVE_INFINITY } : {};

/** Prints the derivation of what a model says on a table. */
export async function printDerivation(
  blocks: readonly Block[],
  [model, file]: readonly [string, string],
  { format, json, lang = "en", digits = DIGITS, quiet = false }: DerivationFlags,
): Promise<void> {
  if (json) return printJson({ derivation: viewJson(blocks, catalogue[lang]) });
  // What is made to be passed on says nothing of the folders here.
  const title = [`${basename(model)}, ${format === "terminal" ? file : basename(file)}`];
  if (format === "html") {
    const { blocksPage } = await import("@chaingrad/view/derivation");
    return printDocument(blocksPage(blocks, { title, language: lang, digits }));
  }
  await printBlocks(blocks, { format, lang, digits, title: quiet ? [] : title, pager: true });
}
