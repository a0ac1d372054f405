/** A step of a second-order method, as its loop on the host reports it. */
import { infix, symbol } from "../../graph/notation.ts";
import type { Key } from "../document/catalogue.ts";
import { type Block, equation, heading, paragraph } from "../document/document.ts";

/** One step of a second-order method as its loop reports it. */
export interface SearchStep {
  readonly x: ArrayLike<number>;
  readonly objective: number;
  readonly stepNorm: number;
  readonly predicted: number;
  readonly actual: number;
  readonly damping?: number | undefined;
  readonly radius?: number | undefined;
  readonly stepLength?: number | undefined;
  readonly condition?: number | undefined;
  readonly state: Readonly<Record<string, unknown>>;
}

export type SearchName =
  Extract<Key, `search.${string}`> extends `search.${infer Name}` ? Exclude<Name, "why" | "decrease"> : never;

/** What the loop started from: the loss, and all parameters one after another. */
export interface SearchStart {
  readonly objective: number;
  readonly x: ArrayLike<number>;
}

/** One accepted step of a second-order method: its state, the step, what was promised and what came. */
export function searchView(method: SearchName, before: SearchStart, step: SearchStep): Block[] {
  const count = step.x.length;
  const scalar = (name: string, value: number | undefined): Block[] =>
    value === undefined ? [] : [equation(symbol(name), [], { value: { shape: [], values: [value] } })];
  const shapeOf = ({ length }: Float64Array): number[] =>
    length === count * count && count > 1 ? [count, count] : [length];
  const states = Object.entries(step.state).flatMap(([key, value]): Block[] => {
    if (typeof value === "number") return scalar(key, value);
    return vectors(STATE_SYMBOLS[key] ?? key, value).map(([name, values]) =>
      equation(symbol(name), [], { value: { shape: shapeOf(values), values } }),
    );
  });
  const moved = Float64Array.from(step.x, (value, i) => value - before.x[i]);
  return [
    heading("update", { optimizer: method }),
    paragraph(`search.${method}`),
    paragraph("search.why", { count }),
    ...states,
    ...scalar("λ", step.damping),
    ...scalar("Δ′", step.radius),
    ...scalar("α", step.stepLength),
    ...scalar("κ", step.condition),
    paragraph("search.decrease"),
    equation(symbol("p"), [], { value: { shape: [count], values: moved } }),
    ...scalar("‖p‖", step.stepNorm),
    equation(symbol("L"), [], { value: { shape: [], values: [before.objective] } }),
    equation(symbol("L′"), [], { value: { shape: [], values: [step.objective] } }),
    equation(symbol("predicted"), [], { value: { shape: [], values: [step.predicted] } }),
    equation(symbol("actual"), [infix("−", symbol("L"), symbol("L′"))], {
      value: { shape: [], values: [step.actual] },
    }),
    equation(symbol("ρ"), [infix("/", symbol("actual"), symbol("predicted"))], {
      value: { shape: [], values: [step.actual / step.predicted] },
    }),
  ];
}

/** A vector or matrix under its name; of a list of pairs { s, y } each vector: s1, y1, s2, …. */
function vectors(name: string, value: unknown): [string, Float64Array][] {
  if (value instanceof Float64Array) return [[name, value]];
  if (!Array.isArray(value)) return [];
  return value.flatMap((one, i) =>
    Object.entries(one as object).flatMap(([key, part]) => vectors(`${STATE_SYMBOLS[key] ?? key}${i + 1}`, part)),
  );
}

/** What the loops' states are called in books. */
const STATE_SYMBOLS: Readonly<Record<string, string>> = {
  hessian: "H",
  gaussNewton: "G",
  gradient: "g",
  direction: "d",
  scale: "D",
  inverseHessian: "B",
  columns: "‖J‖",
  eigenvalues: "μ",
};
