/** Spaces as people write them: what they become, and what is refused. */
import { UserError } from "@chaingrad/core/user-error";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_SPACE,
  type Dimension,
  placeOf,
  readSpace,
  SEARCHED_OPTIONS,
  spaceAsData,
  valueAt,
} from "../../src/search/space.ts";

const of = (given: object, name: Parameters<ReturnType<typeof readSpace>["get"]>[0]): Dimension =>
  readSpace(given).get(name) as Dimension;

describe("a space", () => {
  test("by default is of every option, and reads itself again", () => {
    const space = readSpace(DEFAULT_SPACE);
    expect([...space.keys()]).toEqual(SEARCHED_OPTIONS);
    expect(readSpace(spaceAsData(space))).toEqual(space);
    for (const name of SEARCHED_OPTIONS) expect(of({ [name]: true }, name)).toEqual(space.get(name));
  });

  test("is a choice, a range or one value", () => {
    expect(of({ hidden: [8, [32, 16]] }, "hidden")).toEqual({ kind: "choice", choices: [[8], [32, 16]] });
    expect(of({ clip: null }, "clip")).toEqual({ kind: "choice", choices: [null] });
    expect(of({ batch: { from: 8, to: 64 } }, "batch")).toEqual({
      ...{ kind: "range", from: 8, to: 64, log: false, whole: true },
    });
  });

  test("gives every value as much room, and a range its ends", () => {
    const choice = of({ activation: ["tanh", "relu", "silu"] }, "activation");
    expect([0, 0.33, 0.34, 0.66, 0.67, 1].map((place) => valueAt(choice, place))).toEqual([
      ...["tanh", "tanh", "relu", "relu", "silu", "silu"],
    ]);
    const rate = of({ rate: { from: 1e-4, to: 1, scale: "log" } }, "rate") as Dimension & { kind: "range" };
    expect([0, 0.25, 0.5, 1].map((place) => valueAt(rate, place))).toEqual([1e-4, 1e-3, 1e-2, 1]);
    expect(placeOf(rate, 1e-3)).toBeCloseTo(0.25, 12);
    expect(valueAt(of({ batch: { from: 3, to: 5 } }, "batch"), 0.6)).toBe(4);
  });

  test.each<[unknown, string, string | undefined]>([
    [{}, "space: it names no option", "Name some of hidden, activation"],
    [[], "space: expected an object of hidden", undefined],
    [{ rat: true }, "space: there is no option 'rat'", "Did you mean 'rate'?"],
    [{ momentum: 0.9 }, "space: there is no option 'momentum'", "The options are hidden"],
    [{ rate: [] }, "space: rate: there is nothing to choose from", undefined],
    [{ rate: "0.1" }, 'space: rate must be a number > 0, got "0.1"', undefined],
    [{ rate: [0.1, 0] }, "space: rate must be a number > 0, got 0", undefined],
    [{ l2: { from: 0, to: 0.1, scale: "log" } }, "space: l2: a logarithmic scale has no 0", "Begin above it"],
    [{ rate: { from: 0.1, to: 0.01 } }, "space: rate: the range from 0.1 to 0.01 is empty", undefined],
    [{ rate: { from: 0.1 } }, "space: rate: to must be a number > 0, got nothing", undefined],
    [{ rate: { from: 0.1, to: 1, scale: "ln" } }, 'space: rate: scale must be linear or log, got "ln"', undefined],
    [{ rate: { min: 0.1, max: 1 } }, "space: rate: a range has no 'min'", undefined],
    [{ activation: { from: 0, to: 1 } }, "space: activation is chosen from a list of values", undefined],
    [{ activation: ["tanh", "rleu"] }, "space: activation must be one of", undefined],
    [{ optimizer: "newton" }, "space: optimizer must be one of sgd", undefined],
    [{ hidden: [[32, 0]] }, "space: hidden must be the units of each hidden layer", undefined],
    [{ batch: [32, 16, 32] }, "space: batch: 32 is given twice", "Give it once."],
    [{ dropout: 1 }, "space: dropout must be a number ≥ 0 and < 1, got 1", undefined],
    [{ batch: 0.5 }, "space: batch must be a whole number ≥ 1", undefined],
  ])("%j is refused", (given, message, hint) => {
    let refusal: unknown;
    try {
      readSpace(given);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).message).toContain(message);
    if (hint !== undefined) expect((refusal as UserError).hint).toContain(hint);
  });
});
