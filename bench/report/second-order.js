/** The tables of the section on second-order methods, and what was asked of it. */
import { digits, smallest } from "../lib/numbers.js";

const isOurs = ({ kind }) => kind === "ours";
const isPeer = ({ kind }) => kind === "peer";
const quotient = (a, b) => (a === undefined || b === undefined ? Number.NaN : a / b);

export const HESSIAN_HEAD = ["entry", "type", "threads", "first, ms", "of it compiling", "each, µs", "off by"];

export function hessianRows({ hessians }) {
  return [...hessians]
    .sort((a, b) => a.dtype.localeCompare(b.dtype) * -1 || a.us - b.us)
    .map(({ name, dtype, threads, first, compiling, us, off }) => [
      ...[name, dtype, threads, digits(first), digits(compiling), digits(us)],
      off.toExponential(0),
    ]);
}

export const PRODUCT_HEAD = ["entry", "type", "gradient, µs", "H v, µs", "in gradients"];

export function productRows({ hessians }) {
  return hessians
    .filter(({ product }) => product !== undefined)
    .map(({ name, dtype, gradient, product, hvpRatio }) => [
      name.replace(".hessian", ""),
      ...[dtype, digits(gradient), digits(product), digits(hvpRatio)],
    ]);
}

const netOf = ({ problem, sizes }) => `${problem} ${sizes.join("-")}`;

/** What may be waited for. */
const WAYS = { whole: "program", first: "first", again: "again" };

export const CONTEST_HEAD = ["net, mean square", "", "ours", "ms", "best peer", "ms", "ratio"];

/** Our best against the best peer: for the whole program, the first time in it, and when it has done the same before. */
export function contestRows({ descents }) {
  const titleOf = (row) => `${netOf(row)}, ${row.target}`;
  return [...new Set(descents.map(titleOf))].flatMap((title) =>
    Object.entries(WAYS).map(([key, when]) => {
      const rows = descents.filter((row) => titleOf(row) === title);
      const [mine, theirs] = [isOurs, isPeer].map((test) => smallest(rows.filter(test), (row) => row[key]));
      const cells = (row) => [row?.name ?? "–", digits(row?.[key])];
      return [title, when, ...cells(mine), ...cells(theirs), digits(quotient(theirs?.[key], mine?.[key]))];
    }),
  );
}

export const DESCENT_HEAD = [
  "net, mean square",
  "entry",
  "reached",
  "steps",
  "program, ms",
  "first, ms",
  "without compiling",
  "again, ms",
  "without compiling",
];

export function descentRows({ descents }) {
  return descents.map((row) => [
    `${netOf(row)}, ${row.target}`,
    row.name,
    `${row.reached} of ${row.starts}`,
    digits(row.steps),
    ...[row.whole, row.first, row.firstCompiled, row.again, row.againCompiled].map(digits),
  ]);
}

export const DIGITS_HEAD = [
  "pixels, batch",
  "loss",
  "K-FAC, steps",
  "Adam, steps",
  "at rate",
  "share",
  "K-FAC, ms",
  "without compiling",
  "Adam, ms",
  "without compiling",
];

export function digitsRows({ digits: rows }) {
  return rows.map(({ batch, scale, target, kfac, adam, quickest, share }) => [
    `${scale}, ${batch}`,
    target,
    ...[digits(kfac.steps), digits(adam.steps), adam.rate, digits(share)],
    ...[kfac.ms, kfac.compiled, quickest.ms, quickest.compiled].map(digits),
  ]);
}

/** Name, asked, reached, verdict. */
export function secondOrderTargets({ hessians, descents, digits: rows }) {
  const of = (dtype, test) => hessians.filter((row) => row.dtype === dtype && test(row));
  const isAsked = ({ name }) => name.startsWith("torch.func.hessian ×");
  const isTorch = ({ name }) => name.startsWith("torch");
  const best = (dtype, test, key) => smallest(of(dtype, test), (row) => row[key])?.[key];
  const types = ["f64", "f32"].filter((dtype) => hessians.some((row) => row.dtype === dtype));
  const gain = (dtype, test, key) => quotient(best(dtype, test, key), best(dtype, isOurs, key));
  const atLeast = (name, asked, reached) => [name, `≥ ${asked}×`, said(reached, "×"), verdict(reached >= asked)];
  const atMost = (name, asked, reached, unit) => [
    ...[name, `≤ ${digits(asked)}${unit}`, said(reached, unit)],
    verdict(reached <= asked),
  ];
  return [
    ...types.flatMap((dtype) => [
      atLeast(`Hessian, ${dtype}, against torch.func.hessian`, 10, gain(dtype, isAsked, "us")),
      atLeast(`Hessian, ${dtype}, against PyTorch's best`, 10, gain(dtype, isTorch, "us")),
      atLeast(`the first Hessian, ${dtype}, compiling included`, 10, gain(dtype, isTorch, "first")),
    ]),
    ...types.map((dtype) =>
      atMost(`H v, ${dtype}`, 4, Math.max(...of(dtype, isOurs).map(({ hvpRatio }) => hvpRatio)), " gradients"),
    ),
    ...descentTargets(descents),
    ...rows.map(({ batch, scale, target, share }) =>
      atMost(`K-FAC, share of Adam's steps: pixels ${scale}, batch ${batch}, loss ${target}`, 1 / 3, share, ""),
    ),
  ];
}

/** Each of our methods against each peer's best form, over all nets and losses. */
function descentTargets(descents) {
  const methods = [...new Set(descents.filter(isOurs).map(({ name }) => name))];
  return methods.flatMap((method) =>
    Object.entries(WAYS).flatMap(([key, when]) =>
      ["scikit-learn", "PyTorch"].map((library) => {
        const shares = descents
          .filter(({ name }) => name === method)
          .map((mine) => shareOf(mine, key, library, descents));
        const met = shares.filter((share) => share <= 1).length;
        return [
          `${method.replace("chaingrad, ", "")}, ${when}: share of ${library}'s time`,
          "≤ 1",
          `${digits(Math.min(...shares))} to ${digits(Math.max(...shares))}`,
          met === shares.length ? "met" : `met for ${met} of ${shares.length}`,
        ];
      }),
    ),
  );
}

function shareOf(mine, key, library, descents) {
  const isSame = (row) => row.library === library && row.problem === mine.problem && row.target === mine.target;
  return quotient(mine[key], smallest(descents.filter(isSame), (row) => row[key])?.[key]);
}

const said = (value, unit) => (Number.isFinite(value) ? `${digits(value)}${unit}` : "not measured");
const verdict = (met) => (met ? "met" : "not met");
