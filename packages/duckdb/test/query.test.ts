/** Tables from queries, and from several files: what is read, and that nothing else can be done. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import { join, relative } from "node:path";
import { UserError } from "@chaingrad/tables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesOf, readTable, sourceOf, withTable } from "../src/read.ts";
import { writeTable } from "../src/write.ts";
import { file, folder, makeParquet, rows, types } from "./fixtures.ts";

let parquet = "";
let csv = "";
beforeAll(async () => {
  parquet = await makeParquet("a.parquet", "SELECT range AS id, range / 2 AS half, 'c' || range AS name FROM range(4)");
  csv = file("b.csv", "id,y\n0,1.5\n2,2.5\n3,\n");
});

/** What a query is refused for, with paths shortened. */
async function refused(sql: string): Promise<string> {
  const error = await readTable({ sql }).then(
    () => expect.unreachable(`${sql} was read`),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message, hint } = error as UserError;
  return [message, hint].filter(Boolean).join("\n").replaceAll(`${folder}/`, "");
}

describe("a query of local files", () => {
  it("joins a Parquet file and a CSV file", async () => {
    const table = await readTable({ sql: `select * from '${parquet}' join '${csv}' using (id) order by id` });
    expect(table.path).toBe("the query");
    expect(types(table)).toEqual(["id:number", "half:number", "name:text", "y:number"]);
    expect(rows(table)).toEqual([
      [0, 0, "c0", 1.5],
      [2, 1, "c2", 2.5],
      [3, 1.5, "c3", null],
    ]);
  });

  it.each([
    ["FROM first", () => `FROM '${csv}'`],
    ["parts before it", () => `WITH part AS (SELECT id FROM '${csv}') SELECT * FROM part WHERE id > 0`],
    [
      "a part that calls itself",
      () => "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) FROM t",
    ],
    ["a reader with options", () => `SELECT * FROM read_csv('${csv}', delim = ',', header = true)`],
    ["a list of files", () => `SELECT id FROM read_csv(['${csv}', '${csv}'])`],
    ["a pattern", () => `SELECT * FROM '${folder}/b*.csv'`],
    ["subqueries", () => `SELECT (SELECT max(id) FROM '${parquet}') AS most, id FROM '${csv}'`],
    ["a semicolon at its end", () => `SELECT * FROM '${csv}'; `],
    ["a comment at its end", () => `SELECT * FROM '${csv}' -- all of it`],
    ["no file", () => "SELECT range AS x, sin(range) AS y FROM range(5)"],
    ["values", () => "VALUES (1, 'x'), (2, 'y')"],
    ["text that looks like a path", () => `SELECT id, 'http://a.b/c.csv' AS link FROM '${csv}'`],
    ["a column of the name of a statement", () => `SELECT id AS "copy" FROM '${csv}'`],
  ])("%s", async (_, sql) => {
    expect((await readTable({ sql: sql() })).rows).toBeGreaterThan(0);
  });

  it("gives cells of DuckDB's types", async () => {
    const sql = `SELECT 1::HUGEINT AS h, 1234567890123456001 AS id, '007' AS code, DATE '2020-01-05' AS d, true AS b,
      1.25::DECIMAL(5, 2) AS p, sum(id) AS total FROM '${csv}'`;
    const table = await readTable({ sql });
    const kinds = ["h:number", "id:text", "code:text", "d:date", "b:boolean", "p:number", "total:number"];
    expect(types(table)).toEqual(kinds);
    expect(rows(table)).toEqual([[1, "1234567890123456001", "007", "2020-01-05", true, 1.25, 5]]);
  });

  it("is run once: rows drawn at random are the same when they are written", async () => {
    const out = join(folder, "drawn.csv");
    const values = await withTable({ sql: "SELECT random() AS r FROM range(5)" }, {}, async (open) => {
      const place = { name: "place", type: "number", values: new Float64Array([1, 2, 3, 4, 5]) } as const;
      await writeTable(open, [place], { path: out });
      return rows(open.table);
    });
    const again = await readTable(out);
    expect(rows(again).map(([r]) => r)).toEqual(values.map(([r]) => r));
  });

  it("says which files it reads", async () => {
    const sql = `SELECT * FROM '${folder}/b*.csv' JOIN '${parquet}' USING (id)`;
    expect((await filesOf({ sql })).map((path) => relative(folder, path)).sort()).toEqual(["a.parquet", "b.csv"]);
  });
});

describe("anything else is refused with a reason, and nothing is written", () => {
  const before = new Map<string, string>();
  const contents = (): Map<string, string> =>
    new Map(
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => [name, readFileSync(join(folder, name), "latin1")]),
    );
  beforeAll(() => {
    file("secret.txt", "k\n1\n");
    mkdirSync(join(folder, "sub"), { recursive: true });
    for (const [name, text] of contents()) before.set(name, text);
  });
  afterAll(() => expect(contents()).toEqual(before));

  const NO_SELECT = "the query is no SELECT: a table is read from a query that only reads";
  it.each([
    ["COPY", () => `COPY (SELECT 1 AS a) TO '${folder}/x.csv'`],
    ["COPY over what is read", () => `COPY (FROM '${csv}') TO '${csv}'`],
    ["ATTACH", () => `ATTACH '${folder}/x.db'`],
    ["INSTALL", () => "INSTALL httpfs"],
    ["LOAD", () => "LOAD httpfs"],
    ["PRAGMA", () => "PRAGMA database_list"],
    ["SET", () => "SET enable_external_access = true"],
    ["RESET", () => "RESET threads"],
    ["CREATE", () => `CREATE TABLE t AS FROM '${csv}'`],
    ["INSERT", () => "INSERT INTO t VALUES (1)"],
    ["UPDATE", () => "UPDATE t SET a = 1"],
    ["DELETE", () => "DELETE FROM t"],
    ["DROP", () => "DROP TABLE t"],
    ["EXPORT", () => `EXPORT DATABASE '${folder}/export'`],
    ["CALL", () => "CALL pragma_version()"],
    ["EXPLAIN", () => `EXPLAIN ANALYZE FROM '${csv}'`],
    ["USE", () => "USE memory"],
  ])("%s", async (_, sql) => {
    expect(await refused(sql())).toContain(NO_SELECT);
    expect(sourceOf(sql())).toEqual({ sql: sql() });
  });

  it.each([
    ["two statements", "SELECT 1 AS a; SELECT 2 AS b", "the query is 2 statements, expected one"],
    ["a second one that writes", "SELECT 1 AS a; DROP TABLE t", NO_SELECT],
    ["nothing", "  ", "the query is 0 statements"],
    [
      "a parenthesis that ends ours",
      "SELECT 1) TO 'x.csv'; --",
      'the query is not understood: syntax error at or near ")"',
    ],
    ["a typing error", "selec 1", 'the query is not understood: syntax error at or near "selec"'],
    ["a part that writes", "WITH t AS (INSERT INTO x VALUES (1)) SELECT 1", "the query is not understood"],
    ["a column that is not there", "SELECT nope FROM range(3)", 'the query cannot be run: Referenced column "nope"'],
    ["DESCRIBE", "DESCRIBE SELECT 1 AS a", "the query asks DuckDB about itself"],
    ["SUMMARIZE", "SUMMARIZE SELECT 1 AS a", "the query asks DuckDB about itself"],
    ["read_text", "FROM read_text('secret.txt')", "the query calls read_text()"],
    ["read_blob", "FROM read_blob('secret.txt')", "the query calls read_blob()"],
    ["glob", "FROM glob('*')", "the query calls glob()"],
    ["settings", "FROM duckdb_settings()", "the query calls duckdb_settings()"],
    ["secrets", "FROM duckdb_secrets()", "the query calls duckdb_secrets()"],
    ["a query in a text", "FROM query('SELECT 1')", "the query calls query()"],
    ["a name in a text", "FROM query_table('secret.txt')", "the query calls query_table()"],
    ["serialised SQL", "FROM json_execute_serialized_sql('')", "the query calls json_execute_serialized_sql()"],
    ["logging", "FROM enable_logging()", "the query calls enable_logging()"],
    ["a table function of an extension", "FROM sqlite_scan('x.db', 't')", "the query calls sqlite_scan()"],
    [
      "the same in a subquery",
      "SELECT (SELECT count(*) FROM read_text('secret.txt')) AS a",
      "the query calls read_text()",
    ],
    ["the same in a part", "WITH t AS (FROM read_text('secret.txt')) FROM t", "the query calls read_text()"],
    [
      "the same in a condition",
      "SELECT 1 AS a WHERE EXISTS (FROM read_text('secret.txt'))",
      "the query calls read_text()",
    ],
    ["http", "FROM 'http://localhost/a.csv'", "cannot read 'http://localhost/a.csv': only local files are read"],
    ["https", "FROM read_parquet('https://a.b/c.parquet')", "only local files are read"],
    ["s3", "FROM 's3://bucket/a.parquet'", "only local files are read"],
    ["a list with an address", "FROM read_csv(['b.csv', 'https://a.b/c.csv'])", "only local files are read"],
    ["a name that is computed", "FROM read_csv('b' || '.csv')", "with a name that is computed"],
    ["a name out of a table", "SELECT * FROM range(1) r, read_csv(r.range::VARCHAR)", "with a name that is computed"],
    ["a file that is not there", "FROM 'nowhere.csv'", "cannot read 'nowhere.csv': no such file or folder"],
    ["a pattern that matches nothing", "FROM 'nowhere*.csv'", "cannot read 'nowhere*.csv': no file matches it"],
    ["a device", "FROM read_csv('/dev/null')", "which is no regular file"],
    ["an environment variable", "SELECT getenv('HOME') AS a", "the query cannot be run"],
    ["equal names", "SELECT 1 AS a, 2 AS a", "the query: more than one column is named 'a'"],
    ["no rows", "SELECT 1 AS a WHERE false", "the query has no rows, only column names"],
    ["lists", "SELECT [1, 2] AS a", "the query: column 'a' holds lists"],
  ])("%s", async (_, sql, message) => {
    expect(await refused(sql)).toContain(message);
  });

  it("a folder", async () => {
    expect(await refused(`FROM '${folder}/sub'`)).toContain("it is a folder");
  });

  it("no server is asked, whatever the query says", async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end("a,b\n1,2\n");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    for (const from of [`'http://127.0.0.1:${port}/a.csv'`, `read_csv('http://127.0.0.1:${port}/a.csv')`])
      await refused(`FROM ${from}`);
    server.close();
    expect(asked).toBe(0);
  });

  it("a pipe", async () => {
    const pipe = join(folder, "sub", "pipe");
    execFileSync("mkfifo", [pipe]);
    expect(await refused(`FROM read_csv('${pipe}')`)).toContain("which is no regular file");
    expect(existsSync(pipe)).toBe(true);
  });
});

describe("several files", () => {
  beforeAll(() => {
    mkdirSync(join(folder, "many"));
    file("many/a.csv", "x,y\n1,a\n2,b\n");
    file("many/b.csv", 'x,y\r\n3,"c\r\nd"\r\n4,e\r\n');
    file("many/c.csv", "Title\n\nx,y\n5,f\n6,g\n");
    file("many/1.jsonl", '{"x":1}\n');
    file("many/2.jsonl", '{"y":"a","x":2}\n{"x":3}\n');
    mkdirSync(join(folder, "bad"));
    file("bad/a.csv", "x,y\n1,2\n");
    file("bad/b.csv", 'x,y\n"1\n2",2\n3\n');
    mkdirSync(join(folder, "other"));
    file("other/a.csv", "x,y\n1,2\n");
    file("other/b.csv", "x,z\n1,2\n");
  });

  it("are one table, in the order of their names", async () => {
    const table = await readTable(join(folder, "many/*.csv"));
    expect(rows(table)).toEqual([
      [1, "a"],
      [2, "b"],
      [3, "c\r\nd"],
      [4, "e"],
      [5, "f"],
      [6, "g"],
    ]);
    expect(table.notes).toEqual(["lines 1 to 2 stand above the header and are skipped: 'Title' …"]);
    expect(rows(await readTable(join(folder, "many/*.jsonl")))).toEqual([
      [1, null],
      [2, "a"],
      [3, null],
    ]);
  });

  it("are written with what is added", async () => {
    const out = join(folder, "many.csv");
    await withTable(join(folder, "many/*.csv"), {}, (open) =>
      writeTable(open, [{ name: "p", type: "number", values: Float64Array.of(1, 2, 3, 4, 5, 6) }], { path: out }),
    );
    expect(readFileSync(out, "utf8")).toBe('x,y,p\n1,a,1\n2,b,2\n3,"c\r\nd",3\n4,e,4\n5,f,5\n6,g,6\n');
  });

  it("of Parquet", async () => {
    await makeParquet("many/p1.parquet", "SELECT 1::INTEGER AS n, 'a' AS s");
    await makeParquet("many/p2.parquet", "SELECT 5000000000::BIGINT AS n, 'b' AS s");
    expect(rows(await readTable(join(folder, "many/p*.parquet")))).toEqual([
      [1, "a"],
      [5e9, "b"],
    ]);
  });

  it("a fault is that of one file, with its line", async () => {
    const error = await readTable(join(folder, "bad/*.csv")).catch((error: unknown) => error);
    expect((error as Error).message.replace(`${folder}/`, "")).toBe(
      "'bad/b.csv', line 4: expected 2 fields as in the header, got 1: 3",
    );
  });

  it("of other columns are refused", async () => {
    const error = await readTable(join(folder, "other/*.csv")).catch((error: unknown) => error);
    expect((error as Error).message.replaceAll(`${folder}/`, "")).toBe(
      "'other/b.csv' has other columns than 'other/a.csv': column 2 is 'z', expected 'y'",
    );
  });

  it("a file that is called like a pattern is that file", async () => {
    file("many/[ab].csv", "x,y\n9,z\n");
    expect(rows(await readTable(join(folder, "many/[ab].csv")))).toEqual([[9, "z"]]);
    symlinkSync(join(folder, "many/a.csv"), join(folder, "link.csv"));
    expect((await readTable(join(folder, "link.csv"))).rows).toBe(2);
  });
});

describe("what browsers have", () => {
  it.each([
    ["a File", new File(["a,b\n1,2\n"], "x.csv"), "x.csv"],
    ["a Blob", new Blob(["a,b\n1,2\n"]), "the table"],
    ["bytes", new TextEncoder().encode("a,b\n1,2\n"), "the table"],
    ["a Response", new Response("a,b\n1,2\n"), "the table"],
    ["JSON without a name", new Blob(['{"a":1,"b":2}\n']), "the table"],
  ])("%s", async (_, source, path) => {
    const table = await readTable(source);
    expect(table.path).toBe(path);
    expect(rows(table)).toEqual([[1, 2]]);
  });

  it("a URL of a file", async () => {
    const path = file("u r l.csv", "a\n7\n");
    expect(rows(await readTable(new URL(`file://${encodeURI(path)}`)))).toEqual([[7]]);
  });
});
