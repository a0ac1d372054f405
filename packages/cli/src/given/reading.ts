/** Options of every command that reads a table: how it is to be read, where the user knows better than the file tells. */
import type { ReadingOptions } from "@chaingrad/duckdb";
import { COLUMN_TYPES, type ColumnType, DATE_ORDERS, type TableModelData } from "@chaingrad/tables";
import { type Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "./options.ts";

/** What is given on the command line. */
export interface ReadingFlags extends Omit<ReadingOptions, "types" | "remembered"> {
  readonly type?: Readonly<Record<string, ColumnType>>;
}

export function withReading(command: Command): Command {
  return command
    .addOption(
      new Option("--decimal <sign>", "the table's decimal sign (default: what its numbers show)").choices([".", ","]),
    )
    .addOption(
      new Option("--dates <order>", "what comes first in 3/4/2024 (default: what its dates show)").choices(DATE_ORDERS),
    )
    .option(
      "--type <column=type>",
      `what a column is, whatever it looks like: ${COLUMN_TYPES.join(", ")}; may be given again`,
      columnType,
    )
    .option(
      "--separator <sign>",
      "what separates its columns: a comma, semicolon, bar or tab (default: found)",
      separator,
    )
    .option("--skip <lines>", "lines above the table's header (default: found)", wholeNumber(0))
    .option("--encoding <name>", "how its text is encoded, as windows-1251 (default: found)")
    .option("--sheet <name>", "the sheet of a workbook (default: the first)");
}

/**
 * How a library is told to read. A model's own way to read decides what neither the user nor the table does.
 * @param model whose rows they are
 */
export function readingOptions(flags: ReadingFlags, model?: Pick<TableModelData, "reading">): ReadingOptions {
  const { decimal, dates, type: types, separator, skip, encoding, sheet } = flags;
  return { decimal, dates, types, separator, skip, encoding, sheet, remembered: model?.reading };
}

/** "zip=category", after those given before; names may hold a =. */
function columnType(
  text: string,
  before: Readonly<Record<string, ColumnType>> | undefined,
): Readonly<Record<string, ColumnType>> {
  const [, name, type] = /^(.+)=([^=]*)$/s.exec(text) ?? [];
  if (name === undefined || !COLUMN_TYPES.some((known) => known === type))
    throw new InvalidArgumentError(
      `It must be a column and its type (${COLUMN_TYPES.join(", ")}), as in zip=category.`,
    );
  if (before !== undefined && Object.hasOwn(before, name) && before[name] !== type)
    throw new InvalidArgumentError(`'${name}' cannot be both ${before[name]} and ${type}.`);
  return Object.fromEntries([...Object.entries(before ?? {}), [name, type as ColumnType]]);
}

const SEPARATORS = { ",": ",", ";": ";", "|": "|", "\t": "\t", "\\t": "\t", tab: "\t" } as const;

function separator(text: string): (typeof SEPARATORS)[keyof typeof SEPARATORS] {
  if (Object.hasOwn(SEPARATORS, text)) return SEPARATORS[text as keyof typeof SEPARATORS];
  throw new InvalidArgumentError("It must be one of , ; | and tab.");
}
