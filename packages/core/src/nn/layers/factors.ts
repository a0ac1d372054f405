/** Parameters that learn faster or slower than the rest of their network: a layer says by how much for each role. */
import { checkKeys } from "../../given/names.ts";
import { inRange, nonNegative, positive, type Range } from "../options.ts";
import type { LayerSpec, LayerTensor, RoleFactors } from "./layer.ts";

interface Factors {
  readonly rate?: number;
  readonly decay?: number;
}

/** The parameters with the factors of their roles. Throws RangeError on a role that none of them has, and on no number. */
export function withFactors<T extends LayerTensor>(
  parameters: readonly T[],
  { rates, decays }: LayerSpec,
  where: string,
): (T & Factors)[] {
  const roles = Object.fromEntries(parameters.map(({ role }) => [role, true]));
  checkFactors(`${where}: rates`, rates, roles, positive);
  checkFactors(`${where}: decays`, decays, roles, nonNegative);
  return parameters.map((tensor) => ({
    ...tensor,
    ...named("rate", rates?.[tensor.role]),
    ...named("decay", decays?.[tensor.role]),
  }));
}

function checkFactors(what: string, given: RoleFactors | undefined, roles: object, range: Range): void {
  checkKeys(what, given, roles as Readonly<Record<string, true>>, "parameter");
  for (const [role, factor] of Object.entries(given ?? {})) inRange(`${what}: ${role}`, factor, range);
}

/** Nothing where the factor is 1: such a parameter learns as any other. */
const named = (name: keyof Factors, factor = 1): Factors => (factor === 1 ? {} : { [name]: factor });

/** "rate of the weight × 0.1": what is told of a layer besides what it computes. */
export function describeFactors({ rates, decays }: LayerSpec): string[] {
  const told = (what: string, factors: RoleFactors = {}): string[] =>
    Object.entries(factors).map(([role, factor]) => `${what} of the ${role} × ${Number(factor.toPrecision(4))}`);
  return [...told("rate", rates), ...told("decay", decays)];
}
