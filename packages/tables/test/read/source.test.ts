/** What a table may be read from where there is no file system, and what is refused before any cell is read. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trainTable } from "../../src/index.ts";
import { readTable } from "../../src/read/read-table.ts";

const CSV = "a,b\n1,x\n2,y\n";
const bytes = new TextEncoder().encode(CSV);

const server = createServer(({ url }, response) => {
  if (url === "/missing.csv") response.writeHead(404);
  response.end(url === "/data/table.csv.gz" ? gzipSync(CSV) : CSV);
});
let origin = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe("sources", () => {
  const sources: [string, () => Parameters<typeof readTable>[0] | Promise<Response>, string][] = [
    ["a File", () => new File([CSV], "t.csv"), "t.csv"],
    ["a Blob", () => new Blob([CSV]), "the table"],
    ["an ArrayBuffer", () => bytes.slice().buffer, "the table"],
    ["bytes within a longer buffer", () => Buffer.concat([Buffer.from("xx"), bytes]).subarray(2), "the table"],
    ["text", () => CSV, "the table"],
    ["a stream", () => new Blob([CSV]).stream(), "the table"],
    ["a Response", () => new Response(CSV), "the table"],
    ["an answer of fetch", () => fetch(`${origin}/data/x%20y.csv?k=1`), "x y.csv"],
    ["an address", () => new URL("/data/t.csv", origin), "t.csv"],
    ["an address of gzip", () => new URL("/data/table.csv.gz", origin), "table.csv.gz"],
    ["gzip", () => gzipSync(CSV), "the table"],
  ];
  it.each(sources)("%s", async (_, source, path) => {
    const table = await readTable(await source());
    expect(table.path).toBe(path);
    expect(table.columns.map(({ name, values }) => [name, ...values])).toEqual([
      ["a", 1, 2],
      ["b", "x", "y"],
    ]);
  });

  it("tells the format by the name, an option, or the first bytes", async () => {
    const values = async (...args: Parameters<typeof readTable>) =>
      (await readTable(...args)).columns.map(({ name, values }) => [name, ...values]);
    expect(await values('{"a":1}\n{"a":2}\n')).toEqual([["a", 1, 2]]);
    expect(await values('[{"a":1}]')).toEqual([["a", 1]]);
    expect(await values("a\tb\n1\t2,5\n", { name: "x.tsv" })).toEqual([
      ["a", 1],
      ["b", 2.5],
    ]);
    expect(await values("a,1\tb\n1\tx,y\n", { readAs: "tsv" })).toEqual([
      ["a,1", 1],
      ["b", "x,y"],
    ]);
    expect(
      await values(readFileSync(join(import.meta.dirname, "fixtures/empty.arrow")).fill(0, 0, 0)).catch(String),
    ).toContain("no rows");
  });

  it("takes a table to training as it is", async () => {
    const text = `x,y\n${Array.from({ length: 60 }, (_, i) => `${i % 7},${2 * (i % 7)}\n`).join("")}`;
    const model = await trainTable(await readTable(text), { target: "y", epochs: 3 });
    expect(model.predict({ x: 3 })).toHaveProperty("y");
  });
});

describe("what is refused", () => {
  it.each<[string, () => unknown, string]>([
    [
      "an answer that is none",
      () => fetch(`${origin}/missing.csv`),
      "cannot read 'missing.csv': the server answers 404",
    ],
    [
      "an address without a server",
      () => new URL("http://127.0.0.1:1/t.csv"),
      "cannot read 't.csv': http://127.0.0.1:1 cannot be reached",
    ],
    ["a name in place of a text", () => "data/cars.csv", "'data/cars.csv' is the name of a table, not its text"],
    ["nothing", () => "", "the table is empty"],
    ["null", () => null, "a table cannot be read from null"],
    ["a number", () => 7, "a table cannot be read from number"],
    ["rows", () => [{ a: 1 }], "a table cannot be read from object"],
  ])("%s", async (_, source, message) => {
    await expect(readTable((await source()) as string)).rejects.toThrow(message);
  });
});
