/** The recipe that trains most networks: which ones it trains later depends on how the first ones did. */
import { test } from "vitest";
import { goesOn } from "./support/kept.ts";

test("the best recipe", async () => {
  await goesOn({ recipe: "best", workers: 1 }, [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]);
}, 1_800_000);
