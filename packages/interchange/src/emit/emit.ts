/** A network as source that needs nothing but its language. */
import { buffersOf, initialBuffers, parametersOf } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { c } from "./c.ts";
import { describe, type Emittable } from "./describe.ts";
import { emission } from "./emission.ts";
import { type Language, Names, reserved } from "./names.ts";
import type { Level, Parts } from "./parts.ts";
import { python } from "./python.ts";
import { typescript } from "./typescript.ts";

/** About 20 characters each: more is no source that anybody reads, and compilers and editors choke on it. */
const MOST_NUMBERS = 200_000;

const PRINTERS: { readonly [Name in Language]: (parts: Parts) => string } = { typescript, python, c };
/** The languages that programs are written in. */
export const LANGUAGES: readonly Language[] = Object.keys(PRINTERS) as Language[];

/** Throws UserError where the network is too large to be read, or cannot be written for any number of rows. */
export function emit(opened: Emittable, language: Language, level: Level): string {
  const { network, objective } = opened;
  const known = [...parametersOf(network), ...buffersOf(network)];
  const numbers = known.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
  if (numbers > MOST_NUMBERS) {
    const [given, most] = [numbers, MOST_NUMBERS].map((count) => count.toLocaleString("en"));
    throw new UserError(
      `the network has ${given} numbers, expected at most ${most}: as source they would fill many megabytes`,
      "Emit a smaller network; for large ones use the library @chaingrad/core.",
    );
  }
  const given = { ...initialBuffers(network), ...opened.tensors };
  const tensors = known.map(({ name, shape }) => [name, { values: given[name], shape }]);
  const names = new Names(reserved(language));
  return PRINTERS[language]({
    emission: emission(opened, names),
    names,
    level,
    description: describe(opened),
    tensors: Object.fromEntries(tensors),
    labels: objective.loss.target === "labels",
  });
}
