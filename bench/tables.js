/**
 * How well tables are learnt by default, beside scikit-learn's defaults (and XGBoost's and LightGBM's, where they are
 * installed): the same rows to learn from and the same rows, never shown before, to judge by.
 * npm run bench:tables -- [--seeds 5] [--recipes default,fast] [--only iris,cars] [FOLDER …]
 * Folders hold the tables that bench/lib/tables.js names; examples/data is always one of them. Writes bench/TABLES.md unless
 * --only is given. Takes some minutes for each recipe; "best" takes ten times as long.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { splitRows } from "@chaingrad/core";
import { readTable } from "@chaingrad/duckdb";
import { trainTable } from "@chaingrad/tables";
import { temporaryFolder } from "./lib/data.js";
import { pythonPeers } from "./lib/install.js";
import { found } from "./lib/tables.js";
import { render } from "./report/learnt.js";

/** The share of the rows that nobody sees before judging. */
const HELD_OUT = 0.25;
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const log = (text) => process.stderr.write(`${text}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "5" },
    recipes: { type: "string", default: "default,fast" },
    only: { type: "string" },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed);
const recipes = values.recipes.split(",");
const only = values.only?.split(",");

/** Rows of a table, by their numbers from 0. */
function part(table, rows) {
  const pick = ({ values: all, ...column }) =>
    column.type === "number"
      ? { ...column, values: Float64Array.from(rows, (row) => all[row]) }
      : { ...column, values: Array.from(rows, (row) => all[row]) };
  return { rows: rows.length, columns: table.columns.map(pick) };
}

/** Numbers of the rows that have a target: those to learn from and those to judge by, alike in every class. */
function split({ columns, rows }, { target, task }, seed) {
  const { values: wanted } = columns.find(({ name }) => name === target);
  const known = Array.from({ length: rows }, (_, row) => row).filter(
    (row) => wanted[row] !== null && !Number.isNaN(wanted[row]),
  );
  const classes = [...new Set(known.map((row) => wanted[row]))];
  const labels = task === "classification" ? { labels: known.map((row) => classes.indexOf(wanted[row])) } : {};
  const { train, test } = splitRows({ rows: known, ...labels, seed, validation: 0, test: HELD_OUT });
  return { train: Array.from(train), test: Array.from(test) };
}

/** Accuracy of classes, R² of amounts. */
const scoreOf = ({ scores }) => scores.accuracy ?? scores.r2;

async function ours(table, { target, task, drop }, parts, recipe, seed) {
  const started = performance.now();
  const options = { target, task, drop, test: 0, seed, recipe };
  const model = await trainTable(part(table, parts.train), options);
  const seconds = (performance.now() - started) / 1000;
  return { score: scoreOf(model.evaluate(part(table, parts.test))), seconds };
}

const { python, missing } = await pythonPeers(log);
const folder = temporaryFolder();
const results = [];
for (const entry of found([file("../examples/data"), ...positionals], log)) {
  if (only !== undefined && !only.includes(entry.name)) continue;
  const table = await readTable(entry.file);
  const parts = seeds.map((seed) => split(table, entry, seed));
  const runs = {};
  for (const recipe of recipes) {
    runs[`chaingrad, ${recipe}`] = [];
    for (const seed of seeds) runs[`chaingrad, ${recipe}`].push(await ours(table, entry, parts[seed], recipe, seed));
  }
  if (python !== undefined) {
    const request = join(folder, `${entry.name}.json`);
    writeFileSync(request, JSON.stringify({ ...entry, seeds, parts }));
    Object.assign(
      runs,
      JSON.parse(execFileSync(python, [file("peers/tables_peer.py"), request], { encoding: "utf8" })),
    );
  }
  results.push({ ...entry, rows: table.rows, runs });
  log(
    `${entry.name}: ${Object.entries(runs)
      .map(([name, own]) => `${name} ${mean(own).toFixed(4)}`)
      .join(", ")}`,
  );
}

function mean(runs) {
  return runs.reduce((total, { score }) => total + score, 0) / runs.length;
}

const text = render(results, { seeds: seeds.length, missing, heldOut: HELD_OUT });
process.stdout.write(text);
if (only === undefined) writeFileSync(file("TABLES.md"), text);
