/** One suite for every engine: what each op computes and how state advances is the same everywhere. */
import { beforeAll, describe } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { givenConformance } from "./given.ts";
import { interfaceConformance } from "./interface.ts";
import { sizesConformance } from "./sizes.ts";
import { specialValuesConformance } from "./special-values.ts";
import { stateConformance } from "./state.ts";
import type { Tolerance } from "./subject.ts";
import { tableConformance } from "./table.ts";

/**
 * @param tolerance relative to max(1, |r|) of each element r; where it cannot hold, `exceptions.ts` says why
 */
export function conformance(name: string, engine: () => Promise<Engine>, tolerance: Tolerance): void {
  describe(`engine ${name}`, () => {
    let made: Engine;
    beforeAll(async () => {
      made = await engine();
    });
    const subject = { engine: () => made, tolerance };
    tableConformance(subject);
    sizesConformance(subject);
    specialValuesConformance(subject);
    stateConformance(subject);
    interfaceConformance(subject);
    givenConformance(subject);
  });
}
