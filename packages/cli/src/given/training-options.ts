/** Options of every command that trains: what is learnt of a table, by which recipe, judged by which rows. */
import {
  ACTIVATIONS,
  type ClassWeight,
  chooseRecipe,
  DEFAULTS,
  OPTIMIZERS,
  type PrepareOptions,
  RECIPES,
  type Recipe,
  type RecipeName,
  TARGET_LOSSES,
  TASKS,
  type Table,
  type Task,
  UserError,
} from "@chaingrad/tables";
import { RECIPE_WORDS, RECIPES_WORDS, SCORES } from "@chaingrad/tables/words";
import { type Command, Option } from "commander";
import { terminalWidth } from "../output/conventions.ts";
import { wrap } from "../output/wrap.ts";
import {
  type Budget,
  budgetOrColumn,
  classWeights,
  collected,
  columnList,
  columnOfTarget,
  embedded,
  fraction,
  hiddenSizes,
  names,
  nonNegative,
  positive,
  quantileList,
  shareOrFile,
  wholeNumber,
} from "./options.ts";
import { checkNames } from "./refusing.ts";

/** What is given on the command line. */
export interface TrainingFlags extends Omit<Partial<Recipe>, "rate" | "clip" | "time"> {
  readonly recipe?: RecipeName;
  readonly lr?: number;
  /** Largest norm of the whole gradient. */
  readonly clip?: number;
  readonly target: readonly string[];
  readonly task?: Task;
  readonly order?: readonly string[];
  readonly drop: readonly string[];
  readonly embed?: readonly string[];
  readonly weight?: string;
  readonly classWeight?: ClassWeight;
  readonly loss?: PrepareOptions["loss"];
  readonly quantile?: readonly number[];
  readonly transform?: "log" | "none";
  readonly offset?: readonly string[];
  readonly exposure?: readonly string[];
  readonly time?: Budget;
  readonly group?: string;
  readonly split?: string;
  /** A share, or a file. */
  readonly validation?: number | string;
  readonly test?: number | string;
}

/** What is asked of a table, whatever is trained on it. */
export function withAsked(command: Command): Command {
  return command
    .requiredOption(
      "--target <columns>",
      "the column to predict, or several, as in y1,y2 (also given again)",
      collected,
    )
    .addOption(new Option("--task <task>", "what the target is (default: inferred)").choices(TASKS))
    .option("--order <classes>", "the classes of an ordinal target of texts, the lowest first, as in low,high", names)
    .addOption(
      new Option("--loss <name>", "what is made small (default: what suits the target)").choices(
        TARGET_LOSSES.regression,
      ),
    )
    .option("--quantile <list>", "the quantiles to predict, as in 0.1,0.5,0.9 (loss: quantile)", quantileList)
    .addOption(
      new Option("--transform <name>", "learn an amount by its logarithm (default: where that serves)").choices([
        "log",
        "none",
      ]),
    )
    .option("--weight <column>", "what each row weighs: a row of weight 2 counts as two")
    .option("--class-weight <weights>", "what each class weighs: balanced, or as in A=2,B=1", classWeights)
    .option(
      "--offset <column>",
      "added to what is predicted: to an amount, or to the logarithm of a count; of several targets as in y1=known (also given again)",
      collected,
    )
    .option(
      "--exposure <column>",
      "multiplies the rate of counts: its logarithm is the offset; of several targets as in y1=years (also given again)",
      collected,
    )
    .option("--drop <columns>", "columns to leave out, as in a,b", names, [])
    .option(
      "--embed <columns>",
      "columns whose categories become learned numbers: by name, as in a,b; of more than so many categories (default: 20; of one network 100); none",
      collected,
    )
    .option("--group <column>", "rows that share its value stay on one side: judged by groups that were never met")
    .option("--split <column>", "a column that says of each row train, validation or test");
}

export function withTraining(command: Command): Command {
  return withAsked(command)
    .addOption(new Option("--recipe <name>", RECIPES_WORDS).choices(RECIPES))
    .option(
      "--time <seconds or column>",
      "60s, 2m, 1h: what training may take; or a column of times: the earliest rows train, the latest judge",
      budgetOrColumn,
    )
    .option("--hidden <sizes>", RECIPE_WORDS.hidden, hiddenSizes)
    .addOption(new Option("--activation <name>", RECIPE_WORDS.activation).choices(ACTIVATIONS))
    .option("--dropout <share>", RECIPE_WORDS.dropout, fraction)
    .addOption(new Option("--optimizer <name>", RECIPE_WORDS.optimizer).choices(OPTIMIZERS))
    .option("--lr <rate>", RECIPE_WORDS.rate, positive)
    .option("--l2 <strength>", RECIPE_WORDS.l2, nonNegative)
    .option("--epochs <number>", RECIPE_WORDS.epochs, wholeNumber(1))
    .option("--patience <epochs>", RECIPE_WORDS.patience, wholeNumber(1))
    .option("--batch <rows>", RECIPE_WORDS.batch, wholeNumber(1))
    .option("--clip <norm>", RECIPE_WORDS.clip, positive)
    .option("--seed <number>", RECIPE_WORDS.seed, wholeNumber(0), DEFAULTS.seed)
    .addHelpText("after", () => `\n${wrap(SCORES, terminalWidth())}`);
}

/** What only a single training has: rows that judge, where they are not left out in turn, and how its gradient flows. */
export function withParts(command: Command): Command {
  return withShares(command).option("--flow", RECIPE_WORDS.flow);
}

/** Rows that judge, where they are not left out in turn. */
export function withShares(command: Command): Command {
  return command
    .option(
      "--validation <share or file>",
      "share of the rows that decides when to stop, or a table of them (fast: 0.15; else one fold in five)",
      shareOrFile,
    )
    .option(
      "--test <share or file>",
      "share of the rows kept for the final judgement, or a table of them (default: 0.15)",
      shareOrFile,
    );
}

/** A share of the rows that is asked for; undefined where a file is given. */
const shareIn = (given: number | string | undefined): number | undefined =>
  typeof given === "string" ? undefined : given;

/** What is asked of a table. Throws UserError on a column that it has not, and on two ways to split it. */
export function askedOf(flags: TrainingFlags, table: Table): Omit<PrepareOptions, "seed" | "folds" | "rows"> {
  const { columns } = table;
  checkNames(flags.drop, columns, "--drop");
  const target = columnList(flags.target, columns);
  const dropped = target.find((name) => flags.drop.includes(name));
  if (dropped !== undefined) throw new UserError(`--drop names the target '${dropped}'`);
  const embed = embedded(flags.embed, columns);
  if (Array.isArray(embed)) checkNames(embed, columns, "--embed");
  const { task, order, drop, weight, classWeight, loss, transform, quantile } = flags;
  const offset = columnOfTarget("--offset", flags.offset, { targets: target, columns });
  const exposure = columnOfTarget("--exposure", flags.exposure, { targets: target, columns });
  const deciding = { "--group": flags.group, "--time": flags.time?.column, "--split": flags.split };
  for (const [option, name] of Object.entries(deciding)) if (name !== undefined) checkNames([name], columns, option);
  const [first, second] = Object.entries(deciding).filter(([, name]) => name !== undefined);
  if (second !== undefined) throw new UserError(`rows are split by ${first[0]} or by ${second[0]}, not by both`);
  const { group, time, split: part } = flags;
  const by = { group, time: time?.column, part };
  return {
    ...{ target, task, order, drop, weight, classWeight, loss, transform, offset, exposure, embed },
    ...{ quantiles: quantile, validation: shareIn(flags.validation), test: shareIn(flags.test) },
    ...(first !== undefined && { split: by }),
  };
}

/** How it is trained on. */
function recipeFlags(flags: TrainingFlags) {
  const { recipe, seed, time, hidden, activation, dropout, optimizer, lr, l2, epochs, patience, batch, clip } = flags;
  return {
    ...{ recipe, seed, time: time?.seconds, hidden, activation, dropout, optimizer, l2, epochs, patience, batch },
    ...{ rate: lr, ...(clip !== undefined && { clip: { norm: clip } }) },
  };
}

/** Throws UserError where options name a recipe, and what it chooses itself. */
export function recipeOf(flags: TrainingFlags, { flow }: { readonly flow: boolean }): ReturnType<typeof chooseRecipe> {
  const validation = typeof flags.validation === "string" ? 0 : flags.validation;
  try {
    return chooseRecipe({ ...recipeFlags(flags), validation, flow: flags.flow ?? flow });
  } catch (error) {
    throw error instanceof RangeError ? new UserError(`--${error.message}`) : error;
  }
}

/** What is asked of a table and how it is trained on, as the library takes both; what was not said is absent. */
export function trainingOf(flags: TrainingFlags, table: Table) {
  const asked = askedOf(flags, table);
  const all = Object.entries({ ...asked, ...recipeFlags(flags) }).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(all) as Partial<typeof asked & ReturnType<typeof recipeFlags>>),
    target: asked.target,
  };
}
