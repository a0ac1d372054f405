/** The rows of an open table as its file has them: before any cell was taken for a number or a date. */
import type { OpenTable } from "./read.ts";

/** The cells of each row as text, null where the file holds none. */
export async function* writtenCells({ connection, source }: OpenTable): AsyncGenerator<(string | null)[]> {
  const columns = source.columns.map(({ sql, original }) => original ?? sql);
  yield* rowsOf(connection, `SELECT ${columns.join(", ")} FROM ${source.from}`);
}

/** What stands between the braces of each object of a JSON file. */
export async function* writtenObjects({ connection, source }: OpenTable): AsyncGenerator<string> {
  for await (const [object] of rowsOf(connection, source.objects as string))
    yield String(object).trim().slice(1, -1).trim();
}

async function* rowsOf(connection: OpenTable["connection"], sql: string): AsyncGenerator<(string | null)[]> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
    const vectors = Array.from({ length: chunk.columnCount }, (_, index) => chunk.getColumnVector(index));
    for (let row = 0; row < chunk.rowCount; row++) yield vectors.map((vector) => vector.getItem(row) as string | null);
  }
}
