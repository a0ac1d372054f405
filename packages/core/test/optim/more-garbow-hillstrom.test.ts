/**
 * The 35 problems of Moré, Garbow & Hillstrom (ACM TOMS 1981) from their standard starts, by every method that the paper's
 * users would compare. MGH_TABLE=1 prints the table of docs/second-order.md.
 */
import { afterAll, expect, test } from "vitest";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { input } from "../../src/ops/source.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import { leastSquares } from "../../src/second-order/least-squares.ts";
import { type MghProblem, mghProblems } from "../support/more-garbow-hillstrom.ts";

/** How many of the 35 each method must bring to a published minimum, to a relative 1e-8. */
const LEAST: Readonly<Record<MinimizerName, number>> = {
  "levenberg-marquardt": 35,
  newton: 35,
  lbfgs: 35,
  bfgs: 35,
  "newton-cg": 35,
  // Without damping a rank-deficient or far start defeats it: that is why Levenberg and Marquardt added some.
  "gauss-newton": 30,
  // It knows no scale: Meyer, Osborne 1, Gulf and Powell badly scaled take it more than 2000 steps.
  "scaled-conjugate-gradient": 31,
};

const engine = await wasmEngine({ threads: 1 });

interface Run {
  readonly solved: boolean;
  readonly iterations: number;
  readonly evaluations: number;
  /** Evaluations until the minimum was reached to the relative 1e-8. */
  readonly toMinimum: number;
  readonly objective: number;
}

async function solve(problem: MghProblem, method: MinimizerName): Promise<Run> {
  const x = input("x", [problem.n], "f64");
  // 1e-14 stands for zero, where the published minimum is.
  const reached = (f: number): boolean =>
    problem.minima.some((minimum) => Math.abs(2 * f - minimum) <= 1e-8 * minimum + 1e-14);
  let toMinimum = Number.NaN;
  for await (const event of leastSquares(problem.residuals(x), { x: problem.start }, { engine, method })) {
    if (event.type === "iteration" && Number.isNaN(toMinimum) && reached(event.objective))
      toMinimum = event.evaluations.values;
    if (event.type !== "end") continue;
    const { objective, iterations, evaluations } = event.minimum;
    return { solved: reached(objective), iterations, evaluations: evaluations.values, toMinimum, objective };
  }
  throw new Error("no end");
}

const table = new Map<MinimizerName, Run[]>();

test.each(Object.keys(minimizers) as MinimizerName[])("%s", async (method) => {
  const runs: Run[] = [];
  for (const problem of mghProblems) runs.push(await solve(problem, method));
  table.set(method, runs);
  const unsolved = mghProblems.flatMap(({ number, name }, i) => (runs[i].solved ? [] : `${number} ${name}`));
  expect(35 - unsolved.length, unsolved.join("; ")).toBeGreaterThanOrEqual(LEAST[method]);
});

afterAll(() => {
  if (process.env.MGH_TABLE === undefined) return;
  const shown: readonly MinimizerName[] = ["levenberg-marquardt", "newton", "newton-cg", "lbfgs"];
  const cell = ({ solved, toMinimum, iterations, evaluations }: Run): string =>
    solved ? `${toMinimum} (${iterations}/${evaluations})` : "–";
  const lines = mghProblems.map(({ number, name, n, m, minpack }, i) => {
    const own = shown.map((method) => cell(table.get(method)?.[i] as Run));
    return `| ${[number, name, n, m, ...own, minpack ? `${minpack.nfev}/${minpack.njev}` : ""].join(" | ")} |`;
  });
  console.log(
    ["", `| | problem | n | m | ${shown.join(" | ")} | MINPACK lmder |`, `|${" --- |".repeat(9)}`, ...lines].join("\n"),
  );
});
