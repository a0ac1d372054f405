/** Names that are not known are refused with the nearest that is. */
import { expect, test } from "vitest";
import { checkKeys, checkName } from "../../src/given/names.ts";

const known = { epochs: true, rate: true };

test("an option that there is not", () => {
  expect(() => checkKeys("fit", { epoch: 3 }, known)).toThrow(
    "fit has no option 'epoch'; did you mean 'epochs'? It has epochs, rate",
  );
  expect(() => checkKeys("fit", { seed: 3 }, known)).toThrow("fit has no option 'seed'; it has epochs, rate");
  expect(() => checkKeys("fit", { toString: 3 }, known)).toThrow("fit has no option 'toString'");
  expect(() => checkKeys("newton", { x: 3 }, {})).toThrow("newton has no option 'x'; it has none");
});

test.each([[null], [3], ["epochs"], [[1]]])("options that are %j", (given) => {
  expect(() => checkKeys("fit", given, known)).toThrow("fit: expected an object of epochs, rate, got");
});

test("what is known passes, and so does nothing", () => {
  expect(() => checkKeys("fit", { rate: 1 }, known)).not.toThrow();
  expect(() => checkKeys("fit", undefined, known)).not.toThrow();
});

test("a name that is not known", () => {
  expect(() => checkName("loss", "hubber", ["huber", "poisson"])).toThrow(
    "loss 'hubber' is not known; did you mean 'huber'?",
  );
  expect(() => checkName("loss", "mse", ["huber"])).toThrow("loss 'mse' is not known; it can be huber");
  expect(() => checkName("loss", () => 1, ["huber"])).toThrow("loss is a function: call it, or give its name");
  expect(() => checkName("loss", undefined, ["huber"])).toThrow("loss 'undefined' is not known");
});
