/** Which derivative rules made a node: read from the provenance that the rules' results carry. */
import type { Expr, Provenance } from "../../graph/expr.ts";

/** A rule as often as it was used: where a value has several users, the rules of all of them. */
export interface RuleUse {
  readonly rule: Exclude<Provenance["rule"], "accumulation">;
  /** The op that was differentiated. */
  readonly op: string;
  /** Which of its operands the result is the cotangent of (pullback only). */
  readonly operand?: number;
  readonly count: number;
}

export function rulesOf(node: Expr): RuleUse[] {
  const found = new Map<string, RuleUse>();
  for (const one of provenancesOf(node)) {
    const key = `${one.rule} ${one.op} ${one.operand}`;
    found.set(key, { ...one, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()];
}

function provenancesOf({ provenance, operands }: Expr): Omit<RuleUse, "count">[] {
  if (provenance === undefined) return [];
  const { rule, primal, operand } = provenance;
  if (rule === "accumulation") return operands.flatMap(provenancesOf);
  return [{ rule, op: primal.op.name, ...(operand === undefined ? {} : { operand }) }];
}
