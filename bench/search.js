/**
 * What a search finds in a third of the time of a grid of 60: the same space, full trainings one after the other beside
 * `searchTable`, by the loss of the validation rows.
 *   node bench/search.js [--seeds 5] [--tables cars,wine]
 */
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wasmEngine } from "@chaingrad/core";
import { readTable } from "@chaingrad/duckdb";
import { chooseRecipe, preparationFor, prepareTable, trainPrepared } from "@chaingrad/tables";
import { searchTable } from "@chaingrad/tables/search";
import { median } from "./lib/numbers.js";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "5" }, tables: { type: "string", default: "cars,wine" } },
});
const TARGETS = { cars: "miles_per_gallon", wine: "cultivar", diabetes: "progression", breast_cancer: "diagnosis" };
const HIDDEN = [[32], [64], [32, 16]];
const ACTIVATIONS = ["tanh", "relu"];
const RATES = [0.001, 0.003, 0.01, 0.03, 0.1];
const L2 = [0.0001, 0.01];
const SPACE = {
  hidden: HIDDEN,
  activation: ACTIVATIONS,
  rate: { from: 0.001, to: 0.1, scale: "log" },
  l2: { from: 0.0001, to: 0.01, scale: "log" },
};
const GRID = HIDDEN.flatMap((hidden) =>
  ACTIVATIONS.flatMap((activation) => RATES.flatMap((rate) => L2.map((l2) => ({ hidden, activation, rate, l2 })))),
);

const engine = await wasmEngine();

async function drain(events, look = () => undefined) {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    look(value);
  }
}

async function gridOf(table, asked, seed) {
  const before = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (const point of GRID) {
    const recipe = chooseRecipe({ ...point, seed });
    const prepared = prepareTable(table, { ...asked, ...preparationFor(recipe, asked), seed });
    const { end } = await drain(trainPrepared(prepared, recipe, { engine, workers: false }));
    best = Math.min(best, end.bestLoss);
  }
  return { best, seconds: (performance.now() - before) / 1000 };
}

async function searchOf(table, asked, seed, seconds, wanted) {
  let reached;
  const found = await drain(
    searchTable(table, { ...asked, seed, space: SPACE, budget: { seconds }, compare: false, engine }),
    (event) => {
      if (event.type === "trial" && event.best.loss <= wanted) reached ??= event.seconds;
    },
  );
  return { best: found.best.loss, reached, trials: new Set(found.trials.map(({ trial }) => trial)).size };
}

console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
console.log("table  seed  grid of 60: s  loss    search: s  loss    trials  grid's loss after s");
for (const name of values.tables.split(",")) {
  const table = await readTable(join(import.meta.dirname, `../examples/data/${name}.csv`), {});
  const asked = { target: TARGETS[name], ...(name === "cars" && { drop: ["name"] }) };
  const shares = [];
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const grid = await gridOf(table, asked, seed);
    const own = await searchOf(table, asked, seed, grid.seconds / 3, grid.best);
    shares.push(own.reached === undefined ? Number.POSITIVE_INFINITY : own.reached / grid.seconds);
    const cells = [
      ...[
        name.padEnd(6),
        String(seed).padEnd(5),
        grid.seconds.toFixed(2).padEnd(14),
        grid.best.toPrecision(4).padEnd(7),
      ],
      ...[(grid.seconds / 3).toFixed(2).padEnd(10), own.best.toPrecision(4).padEnd(7), String(own.trials).padEnd(7)],
      own.reached?.toFixed(2) ?? "not reached",
    ];
    console.log(cells.join(" "));
  }
  const share = median(shares);
  console.log(`${name}: what the grid found after ${(100 * share).toFixed(0)} % of its time, in the median`);
}
process.exit(0);
