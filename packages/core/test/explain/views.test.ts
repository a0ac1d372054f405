/**
 * What the views show is true, over random networks: every displayed product is recomputed from the displayed factors, and
 * what it comes to is the gradient that the training engine computed in its own compiled step.
 */
import { describe, expect, test } from "vitest";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { Explained } from "../../src/explain/derivation/explained.ts";
import { parseTarget, type Target } from "../../src/explain/derivation/target.ts";
import type { Block, Equation, Table, Tensor } from "../../src/explain/document/document.ts";
import { printNotation } from "../../src/explain/notation/print.ts";
import { terminalLines } from "../../src/explain/terminal/document.ts";
import { contributions } from "../../src/explain/views/batch.ts";
import { pathSum } from "../../src/explain/views/paths.ts";
import { overview, views } from "../../src/explain/views/views.ts";
import type { Notation } from "../../src/graph/notation.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { type ActivationName, activations } from "../../src/nn/activations.ts";
import { type LossName, losses } from "../../src/nn/losses.ts";
import { sgd } from "../../src/optim/first-order/sgd.ts";
import { trainStep } from "../../src/train/step.ts";
import { generator } from "../support/numbers.ts";
import { deriveAndRun, net, numbersFor } from "./nets.ts";
import { fold } from "./read-notation.ts";
import { broadcastInto, type Tensor as Judged, tensors } from "./tensors.ts";

const engine = await wasmEngine();

interface Case {
  readonly title: string;
  readonly layers: readonly { readonly units: number; readonly activation: ActivationName }[];
  readonly loss: LossName;
  readonly batch: number;
  readonly inputs: number;
}

/** Every activation and every loss (that of one member is squares; of several: nn/layer-kinds.test.ts), 1 to 5 layers, 1 to 7 rows; neighbouring sizes always differ. */
const cases: Case[] = Object.keys(activations).map((name, i) => {
  const next = generator(i + 1);
  const depth = 1 + (i % 5);
  const inputs = 2 + (i % 3);
  const lossNames = (Object.keys(losses) as LossName[]).filter((one) => one !== "members");
  const loss = lossNames[i % lossNames.length];
  const sizes = Array.from({ length: depth }, () => 1 + Math.floor(4 * next()));
  sizes.forEach((size, at) => {
    if (size === (at === 0 ? inputs : sizes[at - 1])) sizes[at] = size === 4 ? 2 : size + 1;
  });
  if (loss === "softmax-cross-entropy") sizes[depth - 1] = 3;
  const layers = sizes.map((units, at) => ({
    units,
    activation: at === depth - 1 && depth > 1 ? ("identity" as const) : (name as ActivationName),
  }));
  const batch = 1 + (i % 7);
  const title = `${[inputs, ...sizes].join("-")} ${name}, ${loss}, ${batch} rows`;
  return { title, layers, loss, batch, inputs };
});

const RATE = 2 ** -3;

/** What a compiled step of gradient descent moved each parameter by, divided by the rate. */
function trainedGradients({ layers, loss, batch, inputs }: Case, of: Explained): Record<string, Float64Array> {
  const spec = { network: { inputs, layers }, loss: losses[loss]() };
  const step = trainStep({ ...spec, optimizer: sgd(), batch, rows: batch, dtype: "f64" });
  const executable = engine.compile(step.program, { donate: step.carried });
  const parameters = of.problem.parameters.map(({ label }) => label as string);
  const given = {
    ...Object.fromEntries(parameters.map((name) => [name, of.numbers[name]])),
    "data/x": of.numbers.x,
    "data/y": of.numbers.t,
    "data/weight": new Float64Array(batch).fill(1),
    rows: Array.from({ length: batch }, (_, i) => i),
    rate: [RATE],
    step: [1],
    key: [0, 0],
  };
  for (const { label } of step.program.inputs) {
    const name = label as string;
    if (name in given) executable.write(name, given[name as keyof typeof given]);
  }
  executable.run();
  return Object.fromEntries(
    parameters.map((name) => [
      name,
      Float64Array.from(executable.read(name), (after, i) => (of.numbers[name][i] - after) / RATE),
    ]),
  );
}

function close(actual: number, expected: number, scale = 1, digits = 1e-13): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(digits * Math.max(1, scale, Math.abs(expected)));
}

const isEquation = (block: Block): block is Equation => block.kind === "equation";
const isTable = (block: Block): block is Table => block.kind === "table";

function product(a: Tensor, b: Tensor): number[] {
  const [m, k] = a.shape;
  const n = b.shape[1];
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a.values[Math.floor(at / n) * k + p] * b.values[p * n + (at % n)];
    return sum;
  });
}

/** The value of notation that holds nothing but numbers. */
const worth = (n: Notation): number =>
  fold(n, {
    number: (value) => value,
    negation: (a) => -a,
    infix: (operator, a, b) => (operator === "+" ? a + b : operator === "−" ? a - b : a * b),
    symbol: (name) => expect.unreachable(`'${name}' is no number`),
    power: () => expect.unreachable("a power"),
    transpose: () => expect.unreachable("a transpose"),
    call: (name) => expect.unreachable(name),
  });

describe.each(cases)("$title", (one) => {
  const problem = net(one.layers, { batch: one.batch, loss: one.loss, inputs: one.inputs });
  const of = deriveAndRun(problem, numbersFor(problem));
  const trained = trainedGradients(one, of);
  const whole = problem.parameters.map((node): Target => ({ node, name: node.label as string }));
  const everyElement = whole.flatMap((target) =>
    Array.from({ length: sizeOf(target.node.type.shape) }, (_, index): Target => ({ ...target, index })),
  );

  test("Jacobians: every product of the shown factors, the last the gradient that trained", () => {
    for (const target of whole) {
      const equations = views.jacobian(of, target).filter(isEquation);
      const products = equations.filter(({ factors }) => factors !== undefined);
      for (const { factors, value } of products) {
        const again = factors!.reduce((a, b) => ({ shape: [a.shape[0], b.shape[1]], values: product(a, b) }));
        Array.from(value!.values).forEach((shown, i) => {
          close(again.values[i], shown);
        });
      }
      const last = products.at(-1) ?? equations.at(-1)!;
      Array.from(last.value!.values).forEach((shown, i) => {
        close(shown, trained[target.name][i]);
      });
    }
  });

  test("index form: the shown terms, multiplied and added, in full and as printed", () => {
    for (const target of everyElement) {
      const shown = views.index(of, target).slice(-2);
      const expected = trained[target.name][target.index!];
      const [equation] = shown.filter(isEquation).slice(-1);
      close(equation.value!.values[0], expected);
      const [table] = shown.filter(isTable);
      if (table !== undefined) {
        for (const row of table.rows)
          if (typeof row[1] === "object") close(worth(row[1] as Notation), row[2] as number);
        close(table.rows.at(-1)![2] as number, expected, 10);
        continue;
      }
      const numbers = equation.sides.at(-1)!;
      close(worth(numbers), expected, 10);
      const printed = printNotation(numbers, 4).replaceAll("−", "-").replaceAll(" · ", "*");
      if (/^[-\d.e*]+$/.test(printed))
        close(
          printed.split("*").reduce((total, factor) => total * Number(factor), 1),
          expected,
          0,
          5e-3,
        );
    }
  });

  test("paths: the factors of each, all of them together", () => {
    for (const target of everyElement) {
      const sum = pathSum(of, target, 5);
      for (const path of sum.paths) {
        let again = 1;
        for (let step = path; step.next !== undefined; step = step.next) again *= step.factor;
        close(again, path.product);
      }
      close(sum.total, trained[target.name][target.index!], 10);
      const sizes = sum.paths.map(({ product: size }) => Math.abs(size));
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      if (sum.count <= 5) {
        expect(sum.paths.length).toBe(sum.count);
        close(
          sum.paths.reduce((total, { product: size }) => total + size, 0),
          sum.total,
        );
      }
    }
  });

  test("rows: what each contributes", () => {
    for (const target of everyElement) {
      const rows = contributions(of, target);
      expect(rows.length).toBe(one.batch);
      let total = 0;
      for (const { factor, derivative, contribution } of rows) {
        close(factor, 1 / one.batch);
        close(factor * derivative, contribution);
        total += contribution;
      }
      close(total, trained[target.name][target.index!]);
    }
    for (const target of whole) {
      const length = Math.hypot(...trained[target.name]);
      const along = contributions(of, target).reduce((total, { contribution }) => total + contribution, 0);
      close(along, length, 10);
    }
  });

  test("closed form: read and evaluated in what is given alone", () => {
    for (const target of whole) {
      const equations = views.closed(of, target).filter(isEquation);
      const known = new Map<string, Judged>();
      // Notation holds names as they are, and the printer's "W₁" for "W1".
      const introduce = (name: string, value: Tensor): void => {
        const own = { shape: value.shape, values: Array.from(value.values) };
        known.set(name, own).set(plainName(name), own);
      };
      for (const { name, symbol, type } of of.derivation.inputs)
        introduce(printNotation(symbol), { shape: type.shape, values: of.numbers[name] });
      for (const { symbol, sides } of equations) introduce(printNotation(symbol), fold(sides[0], tensors(known)));
      const { shape } = target.node.type;
      const result = broadcastInto(known.get(printNotation(equations.at(-1)!.symbol))!, shape);
      result.values.forEach((value, i) => {
        close(value, trained[target.name][i], 10, 1e-11);
      });
    }
  });

  test("everything prints, at any width", () => {
    for (const width of [40, 100]) {
      const lines = terminalLines([...overview(of), ...views.contracted(of, whole[0])], { width });
      expect(lines.length).toBeGreaterThan(30);
    }
  });
});

/** "W₁" as "W1": notation holds names as they are. */
const plainName = (printed: string): string =>
  printed.replace(/[₀-₉]/gu, (digit) => String("₀₁₂₃₄₅₆₇₈₉".indexOf(digit)));

describe("targets that there are not", () => {
  const of = deriveAndRun(
    net(
      [4, 3, 1].map((units) => ({ units, activation: "tanh" }) as const),
      { batch: 1 },
    ),
  );
  const rows = deriveAndRun(net([{ units: 3, activation: "tanh" }], { batch: 5 }));
  test.each([
    ["W4", "W4: this network has W1 to W3"],
    ["h9", "h9: this network has h1, h2"],
    ["q", "q: this network has x, W1 to W3, b1 to b3, z1 to z3, h1, h2, y and L"],
    ["t", "t: it is given, and not differentiated"],
    ["W2[5,1]", "W2[5,1]: W2 is [3, 4], its last element is W2[3,4]; places count from 1"],
    ["W2[0,1]", "W2[0,1]: W2 is [3, 4], its last element is W2[3,4]; places count from 1"],
    ["W2[1]", "W2[1]: W2 is [3, 4], so a place is written as in W2[3,4]"],
    ["h1[5]", "h1[5]: h1 is [1, 4], its last element is h1[4]; places count from 1"],
    ["W2[a,b]", "W2[a,b]: W2 is [3, 4], so a place is written as in W2[3,4]"],
    ["W2[1,2", "'W2[1,2' is no target: write a name, as W2, or one element, as W2[1,3]"],
    ["", "'' is no target"],
  ])("%s", (text, message) => {
    expect(() => parseTarget(of, text)).toThrow(message);
  });

  test("elements of a batch have their row first", () => {
    expect(parseTarget(rows, "y[2,3]").index).toBe(5);
    expect(() => parseTarget(rows, "y[3]")).toThrow("y[3]: y is [5, 3], so a place is written as in y[5,3], row first");
    expect(parseTarget(of, "h₁[4]").index).toBe(3);
    expect(parseTarget(of, "h1[1, 4]").index).toBe(3);
  });
});

test("paths through 784-128-10 are not enumerated", () => {
  const layers = [
    { units: 128, activation: "relu" },
    { units: 10, activation: "identity" },
  ] as const;
  const problem = net(layers, { batch: 1, inputs: 784, loss: "softmax-cross-entropy" });
  const of = deriveAndRun(problem);
  const sum = pathSum(of, parseTarget(of, "x[300]"), 10);
  const alive = Array.from(of.numbers.h1).filter((value) => value > 0).length;
  expect(sum.count).toBe(10 * alive);
  expect(sum.paths.length).toBe(10);
  close(sum.total, sum.gradient);
});
