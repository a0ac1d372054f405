/** node bench/ours/rows.js FILE TARGET: a table read and made ready for training, in a process of its own; tells what that took. */
import { readTable, withTable } from "@chaingrad/duckdb";
import { prepareTable } from "@chaingrad/tables";

const [, , file, target] = process.argv;

/** What `work` gives, and the seconds and CPU seconds it took. */
async function timed(work) {
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return [result, { seconds: (performance.now() - before) / 1e3, cpu: (user + system) / 1e6 }];
}

const [table, read] = await timed(() => readTable(file));
const [, prepare] = await timed(() => prepareTable(table, { target }));
const { maxRSS } = process.resourceUsage();

/** The file's numbers in DuckDB's chunks, and nothing else: the least that reading it by DuckDB takes. */
const [, duckdb] = await withTable(file, {}, ({ connection, source: { columns, from } }) =>
  timed(async () => {
    const result = await connection.stream(`SELECT ${columns.map(({ sql }) => `CAST(${sql} AS DOUBLE)`)} FROM ${from}`);
    for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk())
      for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnVector(column);
  }),
);
console.log(JSON.stringify({ duckdb, read, prepare, megabytes: maxRSS / 1024 }));
