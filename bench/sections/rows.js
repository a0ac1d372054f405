/** All that comes before the first epoch of a table of many rows: reading, roles, parts, features. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../lib/numbers.js";
import { normal, uniform } from "../lib/problem.js";

const TABLES = [
  [50_000, 20],
  [300_000, 10],
  [1_000_000, 20],
];
const REPEATS = 3;
const WORKER = fileURLToPath(new URL("../ours/rows.js", import.meta.url));

/** Normal numbers with six decimals, the target last. */
function writeTable(root, [rows, columns]) {
  const file = join(root, `${rows}x${columns}.csv`);
  const random = uniform(20240607);
  const names = Array.from({ length: columns }, (_, i) => (i === columns - 1 ? "y" : `x${i}`));
  writeFileSync(file, `${names.join()}\n`);
  for (let row = 0; row < rows; row += 10_000) {
    const numbers = normal(random, 10_000 * columns);
    const lines = Array.from({ length: 10_000 }, (_, i) =>
      Array.from(numbers.subarray(i * columns, (i + 1) * columns), (x) => x.toFixed(6)).join(),
    );
    writeFileSync(file, `${lines.join("\n")}\n`, { flag: "a" });
  }
  return file;
}

export function measureRows(context) {
  return TABLES.map(([rows, columns]) => {
    context.log(`rows, ${rows} × ${columns}`);
    const file = writeTable(context.root, [rows, columns]);
    const runs = Array.from({ length: REPEATS }, () => JSON.parse(execFileSync(process.execPath, [WORKER, file, "y"])));
    const seconds = (of) => median(runs.map((run) => run[of].seconds));
    const cpu = (of) => median(runs.map((run) => run[of].cpu));
    return {
      ...{ rows, columns, duckdb: seconds("duckdb"), read: seconds("read"), prepare: seconds("prepare") },
      beyond: cpu("read") + cpu("prepare") - cpu("duckdb"),
      megabytes: median(runs.map((run) => run.megabytes)),
    };
  });
}
