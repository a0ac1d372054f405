/** The role of every column where some have one that was asked for: targets, weights, an offset, what is dropped. */
import { nearest } from "@chaingrad/core";
import { type ColumnRole, type ColumnTypes, describeColumns, type Role } from "./columns.ts";
import { EncodingError, type Table, TargetError } from "./table.ts";
import type { Offset } from "./targets/target.ts";

/** Columns that were given a role. */
export interface AskedRoles {
  /** In the order of the heads. */
  readonly targets: readonly string[];
  readonly drop: readonly string[];
  /** What columns are, whatever they look like. */
  readonly types: ColumnTypes;
  readonly weight: string | undefined;
  /** Of targets; two may share a column. */
  readonly offsets: readonly Offset[];
  /** Columns that decide on which side a row stands and are no features, and how. */
  readonly deciding: ReadonlyMap<string, string>;
}

/**
 * In the table's order. Throws TargetError on a target that there is not, that stands there twice or is dropped, RangeError on
 * another column that there is not, EncodingError on one with two roles.
 */
export function rolesOf(table: Table, asked: AskedRoles): ColumnRole[] {
  const { targets, drop, types, weight, offsets, deciding } = asked;
  checkTargets(targets, drop);
  const names = table.columns.map(({ name }) => name);
  const given: [string, Role, string][] = [
    ...targets.slice(1).map((name): [string, Role, string] => [name, "target", "to be predicted"]),
    ...(weight === undefined ? [] : [[weight, "weight", "what each row weighs, as asked"] as [string, Role, string]]),
    ...shared(offsets).map((offset): [string, Role, string] => [offset.column, "offset", offsetWords(offset)]),
    ...[...deciding].map(([name, why]): [string, Role, string] => [name, "aside", why]),
  ];
  for (const [name, role] of given) if (role !== "target") checkColumn(name, role === "aside" ? "split" : role, names);
  const taken = new Map<string, Role>([[targets[0], "target"]]);
  for (const [name, role] of given) {
    const other = taken.get(name);
    if (other !== undefined || (drop.includes(name) && role !== "aside"))
      throw new EncodingError(
        `the column '${name}' cannot ${role === "aside" ? "decide how rows are split" : `be the ${role}`}: it is ${other === undefined ? "left out" : `the ${other}`}`,
        name,
      );
    taken.set(name, role);
  }
  const unknown = drop.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new RangeError(`drop: the table has no column '${unknown}'`);
  // What has a role already does not count where the others are told apart.
  const isOther = (name: string): boolean => !given.some(([own]) => own === name);
  for (const name of targets.slice(1)) if (!names.includes(name)) describeColumns(table, name);
  const described = describeColumns(
    { ...table, columns: table.columns.filter(({ name }) => isOther(name)) },
    targets[0],
    Object.fromEntries(Object.entries(types).filter(([name]) => isOther(name))),
  );
  return table.columns.map(({ name, note }): ColumnRole => {
    const own = given.find(([one]) => one === name);
    if (own !== undefined) return { name, role: own[1], why: note === undefined ? own[2] : `${own[2]}; ${note}` };
    if (drop.includes(name)) return { name, role: "aside", why: "left out, as asked" };
    return described.find((one) => one.name === name) as ColumnRole;
  });
}

/** Each column once. Throws EncodingError on one that is an offset and an exposure. */
function shared(offsets: readonly Offset[]): Offset[] {
  const byColumn = new Map<string, Offset>();
  for (const offset of offsets) {
    const { column, log } = offset;
    if ((byColumn.get(column)?.log ?? log) !== log)
      throw new EncodingError(`the column '${column}' cannot be both an offset and an exposure`, column);
    byColumn.set(column, offset);
  }
  return [...byColumn.values()];
}

function offsetWords({ log }: Offset): string {
  return log ? "what each row is exposed to: its logarithm is added, as asked" : "added to each row, as asked";
}

function checkTargets(targets: readonly string[], drop: readonly string[]): void {
  if (targets.length === 0) throw new TargetError("no column is to be predicted: name one");
  const twice = targets.find((name, i) => targets.indexOf(name) !== i);
  if (twice !== undefined) throw new TargetError(`the target '${twice}' is named twice`, twice);
  const dropped = targets.find((name) => drop.includes(name));
  if (dropped !== undefined) throw new TargetError(`the target '${dropped}' is to be left out as well`, dropped);
}

function checkColumn(name: string, role: Role | "split", names: readonly string[]): void {
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const hint = near === undefined ? "" : `; did you mean '${near}'?`;
  throw new RangeError(`${role}: the table has no column '${name}'${hint}`);
}
