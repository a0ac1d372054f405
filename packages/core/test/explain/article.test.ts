/** The two-hidden-layer network that `explain` shows, factor by factor, beside PyTorch (fixtures/make_article.py). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hessian } from "../../src/autodiff/curvature.ts";
import type { Explained } from "../../src/explain/derivation/explained.ts";
import { elementAt, localJacobian } from "../../src/explain/derivation/local-jacobian.ts";
import { parseTarget } from "../../src/explain/derivation/target.ts";
import type { Block, Equation } from "../../src/explain/document/document.ts";
import { pathSum } from "../../src/explain/views/paths.ts";
import { updateView } from "../../src/explain/views/update.ts";
import { adam } from "../../src/optim/first-order/adam.ts";
import { sgd } from "../../src/optim/first-order/sgd.ts";
import { expectNear } from "../support/numbers.ts";
import { deriveAndRun, net } from "./nets.ts";

const fixture = JSON.parse(readFileSync(new URL("fixtures/article.json", import.meta.url), "utf8"));

const tanhLayers = [3, 2, 1].map((units) => ({ units, activation: "tanh" }) as const);

const article: Explained = deriveAndRun(net(tanhLayers, { batch: 1 }), {
  x: [1, 0.5],
  W1: [0.5, -0.2, 0.1, 0.4, -0.3, 0.6],
  b1: [0.1, -0.1, 0.3],
  W2: [0.7, -0.4, 0.2, 0.3, 0.5, -0.6],
  b2: [0.1, -0.2],
  W3: [0.8, -0.5],
  b3: [0.3],
  t: [0.2],
});

const near = (actual: ArrayLike<number>, expected: readonly number[]): void =>
  expectNear([Array.from(actual)], [expected], 1e-12);

test.each(Object.entries<number[]>(fixture.values))("forward: %s", (name, expected) => {
  near(article.numbers[name], expected);
});

test.each(Object.entries<number[]>(fixture.gradients))("∂L/∂%s", (name, expected) => {
  near(article.numbers[`∂L/∂${name}`], expected);
});

test.each(Object.entries<number[]>(fixture.local))("the factor ∂%s", (name, expected) => {
  const { names, graph } = article.derivation;
  const [above, below] = name.split("/");
  const node = (wanted: string) => [...graph.targets, article.problem.loss].find((one) => names.get(one) === wanted)!;
  const local = localJacobian(article, node(above), node(below));
  expect(local.rows * local.columns).toBe(expected.length);
  near(
    expected.map((_, i) => elementAt(local, Math.floor(i / local.columns), i % local.columns)),
    expected,
  );
});

test.each(Object.entries<{ through: number[]; factors: number[]; product: number }[]>(fixture.paths))(
  "paths of %s",
  (name, expected) => {
    const sum = pathSum(article, parseTarget(article, name), 10);
    expect(sum.count).toBe(expected.length);
    sum.paths.forEach((path, i) => {
      const factors: number[] = [];
      const places: number[] = [];
      for (let one = path; one.next !== undefined; one = one.next) {
        factors.push(one.factor);
        places.push(one.place.index + 1);
      }
      near(factors, expected[i].factors);
      near([path.product], [expected[i].product]);
      expect([places[1], places[3]]).toEqual(expected[i].through);
    });
    near([sum.total], [expected.reduce((total, { product }) => total + product, 0)]);
    near([sum.total], [sum.gradient]);
  },
);

const isEquation = (block: Block): block is Equation => block.kind === "equation";

test.each([
  ["sgd", sgd(), 0.01],
  ["adam", adam(), 0.001],
] as const)("the update of %s", (name, optimizer, rate) => {
  for (const parameter of article.problem.parameters) {
    const [next] = updateView(article, optimizer, { rate }, parameter).filter(isEquation).slice(-3);
    expect(next.symbol).toEqual({ form: "symbol", name: `${parameter.label}′` });
    near(next.value!.values, fixture.updates[name][parameter.label!]);
  }
});

test("the Hessian", () => {
  const { loss, parameters } = article.problem;
  const { H } = article.compute({ H: hessian(loss, parameters) }, article.derivation.program.inputs);
  near(H, fixture.hessian);
});

test("the tenth step of gradient descent is where ten of them lead, and the loss is that of the next", () => {
  const { parameters, loss } = article.problem;
  let theta = Object.fromEntries(parameters.map(({ label }) => [label!, Float64Array.from(article.numbers[label!])]));
  const { outputs, inputs } = article.derivation.program;
  const rate = 0.3;
  for (let t = 0; t < 10; t++) {
    const slopes = article.compute(outputs, inputs, theta);
    theta = Object.fromEntries(
      Object.entries(theta).map(([name, w]) => [name, w.map((value, i) => value - rate * slopes[`∂L/∂${name}`][i])]),
    );
  }
  const shown = updateView(article, sgd(), { rate, step: 10 }).filter(isEquation);
  for (const [name, w] of Object.entries(theta)) {
    const next = shown.find(({ symbol }) => symbol.form === "symbol" && symbol.name === `${name}′`)!;
    near(next.value!.values, Array.from(w));
  }
  near(shown.at(-1)!.value!.values, Array.from(article.compute({ loss }, inputs, theta).loss));
});
