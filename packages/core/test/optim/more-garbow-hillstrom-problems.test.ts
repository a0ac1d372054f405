import { describe, expect, test } from "vitest";
import { input } from "../../src/ops/source.ts";
import { graphFunction } from "../support/graph-function.ts";
import { repeat } from "../support/mgh/problem.ts";
import { type MghProblem, mghProblems } from "../support/more-garbow-hillstrom.ts";
import { generator } from "../support/numbers.ts";

function problem(number: number): MghProblem {
  return mghProblems[number - 1];
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Near the start: xᵢ + 0.1 uᵢ max(|xᵢ|, 0.1), uᵢ uniform in [−1, 1) */
function perturbed(start: readonly number[], seed: number): number[] {
  const next = generator(seed);
  return start.map((x) => x + 0.1 * (2 * next() - 1) * Math.max(Math.abs(x), 0.1));
}

/** The expression as a plain function of x. */
function evaluated({ n, residuals }: MghProblem): (x: readonly number[]) => number[] {
  const x = input("x", [n], "f64");
  const f = graphFunction([x], [residuals(x)]);
  return (values) => [...f([values])[0]];
}

/** ‖a − b‖∞ ≤ 10⁻¹² ‖b‖∞ */
function expectSame(actual: readonly number[], expected: readonly number[]): void {
  const size = Math.max(...expected.map(Math.abs));
  const error = Math.max(...expected.map((value, i) => Math.abs(actual[i] - value)));
  expect(actual.length).toBe(expected.length);
  expect(error).toBeLessThanOrEqual(1e-12 * size);
}

test("there is one problem for each number of the paper", () => {
  expect(mghProblems.map(({ number }) => number)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
});

describe.each(mghProblems.map((each) => [`${each.number}. ${each.name}`, each] as const))("%s", (_, each) => {
  test("has the sizes it says", () => {
    expect(each.start.length).toBe(each.n);
    expect(each.residuals(input("x", [each.n], "f64")).type).toEqual({ shape: [each.m], dtype: "f64" });
    expect(each.plain(each.start).length).toBe(each.m);
  });

  test("is the same as an expression and in plain numbers", () => {
    const f = evaluated(each);
    for (const x of [each.start, ...[1, 2, 3].map((seed) => perturbed(each.start, seed))]) {
      expectSame(f(x), each.plain(x));
    }
  });

  test("names the global minimum first", () => {
    expect(each.minima[0]).toBe(Math.min(...each.minima));
  });
});

/** Beyond the start: the branches of θ, and Chebyshev polynomials outside of their interval. */
test.each([
  [7, [0.5, 0.75, -1]],
  [7, [0.5, -0.75, 2]],
  [7, [-0.5, 0.75, 3]],
  [7, [-0.5, -0.75, 1]],
  [35, [-0.5, -0.01, 0, 0.3, 0.5, 1, 1.02, 1.75]],
])("problem %d is the same in both forms at %j", (number, x) => {
  expectSame(evaluated(problem(number))(x), problem(number).plain(x));
});

/**
 * f(x₀) where it is a short sum, as exact decimals; else from ‖f(x₀)‖ as the drivers of lmder1 and hybrd1 print it
 * (cminpack, examples/ref), or as users of Algorithm 566 report f(x₀) (mpf/Toms566.jl): with the digits they have.
 */
const startValues: readonly (readonly [number: number, value: number, tolerance: number])[] = [
  [1, 24.2, 1e-14],
  [2, 400.5, 1e-14],
  [3, 1.065487 ** 2, 1e-6],
  [4, 999998000003, 1e-14],
  [5, 14.203125, 1e-14],
  [6, 64.58565 ** 2, 1e-7],
  [7, 2500, 1e-14],
  [8, 6.4561363 ** 2, 1e-7],
  [9, 3.89e-6, 2e-3],
  [10, 41153.467 ** 2, 1e-7],
  [11, 12.1, 5e-3],
  [12, 32.111584 ** 2, 1e-7],
  [13, 215, 1e-14],
  [14, 19192, 1e-14],
  [15, 0.07289151 ** 2, 1e-7],
  [16, 2815.4384 ** 2, 1e-7],
  [17, 0.93756402 ** 2, 1e-7],
  [18, 0.779, 1e-3],
  [19, 1.4468654 ** 2, 1e-7],
  [20, 30, 1e-14],
  [21, 121, 1e-14],
  [22, 645, 1e-14],
  [23, 885.06264, 1e-14],
  [24, 2.34, 1e-5], // 0.3² + 1.5² + O(a)
  [25, 2198551.1625, 1e-14],
  [26, 0.08411753 ** 2, 1e-6],
  [27, 16.530216 ** 2, 1e-7],
  [28, 0.02808058 ** 2, 1e-6],
  [29, 0.251827 ** 2, 1e-6],
  [30, 21, 1e-14],
  [31, 360, 1e-14],
  [32, 50, 1e-14],
  [33, 8658670, 1e-14],
  [34, 4067996, 1e-14],
  [35, 0.19651386 ** 2, 1e-7],
];

/** The discretised boundary value and integral equations have one solution. */
const boundaryValue: readonly number[] = [
  -0.04316498251876487, -0.08157715653538689, -0.11448571438052929, -0.14097357686259668, -0.1599086961819831,
  -0.16987720231277492, -0.16908998378120835, -0.15524953522183182, -0.125355891678935, -0.07541653368589209,
];

/**
 * Minimizers, each with the place of its value among the minima. Where the paper gives fewer digits than these, they are
 * from Newton's method in 60 digits; x₁ = 10¹² and the like stand for infinity.
 */
const minimizers: readonly (readonly [number: number, place: number, x: readonly number[]])[] = [
  [1, 0, [1, 1]],
  [2, 0, [5, 4]],
  [2, 1, [11.412778986902094, -0.8968052532744765]],
  [3, 0, [1.0981593296998175e-5, 9.106146739866524]],
  [4, 0, [1e6, 2e-6]],
  [5, 0, [3, 0.5]],
  [6, 0, [0.2578252136703641, 0.2578252136703641]],
  [7, 0, [1, 0, 0]],
  [8, 0, [0.08241055974978893, 1.1330360920297218, 2.343695178642537]],
  [8, 1, [12.61 / 15, -1e12, -1e12]],
  [9, 0, [0.39895613783875666, 1.0000190844878056, 0]],
  [10, 0, [0.005609636471028053, 6181.346346286372, 345.2236346241365]],
  [11, 0, [50, 25, 1.5]],
  [12, 0, [1, 10, 1]],
  [12, 0, [10, 1, -1]],
  [12, 0, [3, 3, 0]],
  [13, 0, [0, 0, 0, 0]],
  [14, 0, [1, 1, 1, 1]],
  [15, 0, [0.19280693457903786, 0.19128232873436696, 0.12305650692632066, 0.13606233068379484]],
  [15, 1, [1e12, -14.07588340060331, -45.257191739323016e12, -28.23149689908782e12]],
  [16, 0, [-11.594439904762165, 13.203630051207204, -0.40343948817685954, 0.2367787744557363]],
  [17, 0, [0.37541005210695205, 1.9358469127123674, -1.464687136613423, 0.012867534640057288, 0.02212269966167261]],
  [18, 0, [1, 10, 1, 5, 4, 3]],
  [18, 0, [4, 10, 3, 5, 1, 1]],
  [18, 1, [1.7114159947195875, 17.683198180949066, 4.3262873218377855, 5.186561551993452, 1.7114159947195875, -2]],
  [
    19,
    0,
    [
      1.3099771546273005, 0.4315537946029889, 0.633661698960724, 0.5994305347859163, 0.7541832263280113,
      0.9042885798596336, 1.3658118352370285, 4.8236988172271555, 2.3986848661317546, 4.568874597667672,
      5.6753414705806415,
    ],
  ],
  [
    20,
    0,
    [
      -0.015725086401458456, 1.0124348693691099, -0.23299162595673767, 1.2604300877996082, -1.5137289227222797,
      0.9929964324311346,
    ],
  ],
  [21, 0, repeat([1], 10)],
  [22, 0, repeat([0], 12)],
  [23, 0, repeat([0.2500074995875379], 4)],
  [24, 0, [0.1999993333503804, 0.19131670099277245, 0.48010148533262315, 0.5188454043902005]],
  [25, 0, repeat([1], 10)],
  [26, 0, repeat([0], 10)],
  [
    26,
    1,
    [
      0.05515090398069129, 0.05684061679473856, 0.058764001762695084, 0.06099060865676081, 0.06362621369585451,
      0.06684317945275879, 0.20816151856988116, 0.16436309588564774, 0.08500689568850744, 0.09143145071470794,
    ],
  ],
  [27, 0, repeat([1], 10)],
  [27, 0, [...repeat([0.9794303033498625], 9), 0.9794303033498625 ** -9]],
  [27, 1, [...repeat([0], 9), 11]],
  [28, 0, boundaryValue],
  [29, 0, boundaryValue],
  [
    30,
    0,
    [
      -0.5707221320112248, -0.681806949984275, -0.7022100760176601, -0.7055106298950804, -0.7049061557287437,
      -0.7014966070298512, -0.6918893223547983, -0.6657965144058537, -0.5960351090263657, -0.4164122575286934,
    ],
  ],
  [
    31,
    0,
    [
      -0.4283028635872503, -0.47659642435629024, -0.5196524636468617, -0.5580993248321809, -0.5925061568294574,
      -0.624503682199468, -0.6232394714405911, -0.6213938417965735, -0.6204535966590874, -0.5864692707204351,
    ],
  ],
  [32, 0, repeat([-1], 10)],
  [33, 0, [3 / 41, ...repeat([0], 9)]],
  [34, 0, [7, 1.5 / 37, ...repeat([0], 7), -7]],
  [
    35,
    0,
    [
      0.04315276015101663, 0.1930908403841861, 0.26632870689027294, 0.5, 0.5, 0.7336712931097271, 0.8069091596158139,
      0.9568472398489833,
    ],
  ],
];

test.each(minimizers)("problem %d attains its minimum, number %d", (number, place, x) => {
  const { plain, minima } = problem(number);
  expect(Math.abs(sumOfSquares(plain(x)) - minima[place])).toBeLessThanOrEqual(Math.max(1e-20, 1e-8 * minima[place]));
});

test("every minimum is attained at some minimizer", () => {
  const named = mghProblems.flatMap(({ number, minima }) => minima.map((_, place) => `${number}, ${place}`));
  expect(new Set(minimizers.map(([number, place]) => `${number}, ${place}`))).toEqual(new Set(named));
});

test("every problem has its published value at the start", () => {
  expect(startValues.map(([number]) => number)).toEqual(mghProblems.map(({ number }) => number));
  for (const [number, value, tolerance] of startValues) {
    const { plain, start } = problem(number);
    expect(Math.abs(sumOfSquares(plain(start)) / value - 1), `problem ${number}`).toBeLessThanOrEqual(tolerance);
  }
});
