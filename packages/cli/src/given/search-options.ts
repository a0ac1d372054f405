/** Options of `search`: how long, over what, and what of its command line `train` is given. */
import { readFile } from "node:fs/promises";
import { systemCode, systemReason } from "@chaingrad/duckdb/files";
import { parseJson } from "@chaingrad/interchange/net-document";
import { UserError } from "@chaingrad/tables";
import type { Configuration, SpaceSpec } from "@chaingrad/tables/search";
import { InvalidArgumentError, type Option } from "commander";
import { seconds } from "./options.ts";

/** When no more trials are begun. */
export interface SearchBudget {
  readonly seconds?: number;
  readonly trials?: number;
}

/** "60s" is a time, "200" a number of trials, "60s,200" whichever is over first. */
export function searchBudget(text: string): SearchBudget {
  const parts = text.split(",").map((part) => part.trim());
  const budget: { seconds?: number; trials?: number } = {};
  for (const part of parts) {
    const isTrials = /^\d+$/.test(part);
    const name = isTrials ? "trials" : "seconds";
    if (budget[name] !== undefined)
      throw new InvalidArgumentError(`It names two ${isTrials ? "numbers of trials" : "times"}. Name one of each.`);
    budget[name] = isTrials ? Number(part) : seconds(part);
    if (!(budget[name] > 0))
      throw new InvalidArgumentError("It must be a time > 0, as in 60s, or a number of trials ≥ 1.");
  }
  return budget;
}

/** Throws UserError where the file cannot be read, or holds no JSON. */
export async function readSpaceFile(path: string | undefined): Promise<SpaceSpec | undefined> {
  if (path === undefined) return undefined;
  const text = await readFile(path, "utf8").catch((error) => {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new UserError(`cannot read the space '${path}': ${systemReason(code)}`, undefined, { cause: error });
  });
  return parseJson(text, path) as SpaceSpec;
}

/** Options of `search` that `train` has not. */
const OWN = ["space", "budget", "trials", "page", "lang", "proposals", "compare", "out", "json", "quiet"];

/**
 * The command line of `train` that makes the model: what was asked of the table, and what was found.
 * @param args what followed `search`
 */
export function trainCommand(
  args: readonly string[],
  options: readonly Option[],
  found: Configuration,
  out: string | undefined,
): string {
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [name] = args[i].split("=", 1);
    const option = options.find(({ short, long }) => name === long || (short !== undefined && args[i] === short));
    const values = option?.required && args[i] === name ? 1 : 0;
    if (option === undefined || !OWN.includes(option.attributeName())) kept.push(...args.slice(i, i + 1 + values));
    i += values;
  }
  const flags = Object.entries({ ...found, out }).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`--${name === "rate" ? "lr" : name}`, String(value)],
  );
  const isNamed = Object.values(found).some((value) => value !== null);
  return ["chaingrad", "train", ...kept, ...flags, ...(isNamed ? [] : ["--recipe", "fast"])].map(quoted).join(" ");
}

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
