/**
 * The entry point `@chaingrad/tables/warm-start`: training that goes on from a model's weights, on other rows or other columns. How the
 * model reads its columns and its target stays, since its weights mean nothing else.
 */
import { UserError } from "@chaingrad/core/user-error";
import type { RecipeChoice } from "../automatic/choose.ts";
import type { TableModelData } from "../model/model-file.ts";
import { unseenValues } from "../model/unseen.ts";
import { encode } from "../table/encoder.ts";
import { byPart } from "../table/parts.ts";
import { type Prepared, type PrepareOptions, prepareTable } from "../table/prepare.ts";
import type { Table } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { type SingleTarget, targetsOf } from "../table/targets/target.ts";
import { toldRoles } from "../table/told.ts";
import { weightsOfClasses } from "../table/weights.ts";
import { type Matching, matchedEncoder, typesOf } from "./encoder.ts";
import { networkFor } from "./network.ts";

const refuse = (message: string, hint?: string): never => {
  throw new UserError(`warmStart: ${message}`, hint, { option: "warmStart" });
};

/** What the model decides, and nobody else. */
const DECIDED = ["task", "order", "loss", "quantiles", "transform", "offset", "exposure", "embed"] as const;
const NETWORK = ["hidden", "activation", "dropout"] as const;

/** How the table is prepared, so that the model's encodings suit it. */
function optionsFor(model: TableModelData, asked: PrepareOptions, table: Table): PrepareOptions {
  for (const name of DECIDED)
    if (asked[name] !== undefined) refuse(`the model has decided that ('${name}') already`, "Leave it out.");
  const targets = targetsOf(model.target);
  const given = typeof asked.target === "string" ? [asked.target] : asked.target;
  const names = targets.map(({ name }) => name);
  if (JSON.stringify(given) !== JSON.stringify(names))
    refuse(`the model predicts ${names.join(", ")}, not ${given.join(", ")}`);
  const { drop = [], types = {} } = asked;
  const isHere = (name: string): boolean =>
    table.columns.some((column) => column.name === name) && !drop.includes(name) && !names.includes(name);
  const known = Object.fromEntries(Object.entries(typesOf(model.encoder)).filter(([name]) => isHere(name)));
  const [first] = targets;
  return {
    ...{ ...asked, types: { ...known, ...types }, embed: false },
    ...(targets.length === 1 && { task: first.task }),
    ...(first.task === "ordinal" && targets.length === 1 && { order: first.classes }),
    ...offsetsOf(targets),
  };
}

function offsetsOf(targets: readonly SingleTarget[]): Pick<PrepareOptions, "offset" | "exposure"> {
  const of = (log: boolean) => {
    const found = targets.flatMap((one) =>
      one.task === "regression" && one.offset?.log === log ? [[one.name, one.offset.column]] : [],
    );
    return found.length === 0 ? undefined : Object.fromEntries(found);
  };
  return { offset: of(false), exposure: of(true) };
}

/** One network, the model's. Throws UserError where another one is asked for. */
export function recipeFor<C extends Pick<RecipeChoice, "recipe" | (typeof NETWORK)[number]>>(given: C): C {
  for (const name of NETWORK) if (given[name] !== undefined) refuse(`the network is the model's: leave '${name}' out`);
  if (given.recipe !== undefined && given.recipe !== "fast")
    refuse(`the recipe '${given.recipe}' chooses networks itself: leave one of them out`);
  return { ...given, recipe: "fast" };
}

/**
 * The table as the model reads it, with the network that training goes on with, and what is new about it in the notes. Throws as
 * `prepareTable`; UserError where something is asked for that the model has decided, the target is another, or the network cannot take
 * other columns; TargetError on a class that the model has not.
 */
export function prepareFrom(model: TableModelData, table: Table, asked: PrepareOptions): Prepared {
  return read(prepareTable(table, optionsFor(model, asked, table)), table, model, asked);
}

function read(
  prepared: Prepared,
  table: Table,
  model: TableModelData,
  { seed = 0, classWeight }: PrepareOptions,
): Prepared {
  const matching = matchedEncoder(model.encoder, prepared.encoder);
  const { encoder } = matching;
  if (matching.matched.length === 0)
    refuse("the table has none of the model's columns", `Those are ${matching.gone.join(", ")}.`);
  const { target } = model;
  const kind = kindOf(target);
  const { rows, heads } = prepared;
  const data = byPart((part) => ({
    ...prepared.data[part],
    x: encode(encoder, table, rows[part]),
    y: kind.encode(target, table, rows[part]),
  }));
  const { loss } = model.objective;
  return {
    ...prepared,
    ...{ target, loss, encoder, data, roles: toldRoles(prepared.roles, encoder) },
    heads: targetsOf(target).map((one, i) => ({
      ways: [{ ...heads[i].ways[0], target: one, ...(heads.length === 1 && { loss }) }],
    })),
    ...(classWeight !== undefined && { classWeights: weightsOfClasses(target, data.train.y, classWeight) }),
    start: networkFor(model, model.encoder, encoder, seed),
    notes: [...prepared.notes, ...notesOf(matching), ...unseenValues(encoder, table)],
  };
}

const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

function notesOf({ matched, fresh, gone, added }: Matching): string[] {
  return [
    `training goes on from the model: ${matched.length === 1 ? "one column is" : `${matched.length} columns are`} read as it reads them (${listed(matched)}), with its means, scales and categories, and so is the target`,
    ...(fresh.length > 0 ? [`new to the model, with weights that start anew: ${listed(fresh)}`] : []),
    ...(gone.length > 0 ? [`the model had them, and the table has not: ${listed(gone)}`] : []),
    ...[...added].map(
      ([name, categories]) => `new categories of '${name}', with weights that start anew: ${some(categories)}`,
    ),
    "rows that the model was trained on before may be among those that judge it now: only of rows that are new are scores honest",
  ];
}

const SOME = 8;
const some = (names: readonly string[]): string =>
  names.length <= SOME ? listed(names) : `${listed(names.slice(0, SOME))} and ${names.length - SOME} more`;
