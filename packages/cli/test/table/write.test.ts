import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/table/errors.ts";
import { readTable } from "../../src/table/read.ts";
import type { Column } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { folder, rows } from "./fixtures.ts";

const columns: Column[] = [
  { name: "10", type: "number", values: new Float64Array([0.1, Number.NaN, -1e21]) },
  { name: 'a "b", c', type: "text", values: ["x,y", 'say "hi"\nnow', null] },
  { name: "2", type: "boolean", values: [true, false, null] },
  { name: "day", type: "date", values: ["2020-01-05", null, "1999-12-31"] },
  { name: "time", type: "date", values: ["2020-01-05T10:00:00.500Z", null, "1999-12-31T23:59:59.000Z"] },
];

async function text(name: string, of: Column[] = columns): Promise<string> {
  await writeTable(of, { path: join(folder, name) });
  return readFileSync(join(folder, name), "utf8");
}

/** Gathers what is written, or fails with a system error. */
function sink(code?: string): { stdout: Writable; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stdout = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done(code === undefined ? null : Object.assign(new Error(code), { code }));
    },
  });
  return { stdout, bytes: () => Buffer.concat(chunks) };
}

describe("writeTable", () => {
  it("writes CSV", async () => {
    expect(await text("out.csv")).toMatchInlineSnapshot(`
      "10,"a ""b"", c",2,day,time
      0.1,"x,y",true,2020-01-05,2020-01-05T10:00:00.500Z
      ,"say ""hi""
      now",false,,
      -1e+21,,,1999-12-31,1999-12-31T23:59:59.000Z
      "
    `);
  });

  it("writes JSON lines, with keys in the order of the columns", async () => {
    expect(await text("out.jsonl")).toMatchInlineSnapshot(`
      "{"10":0.1,"a \\"b\\", c":"x,y","2":true,"day":"2020-01-05","time":"2020-01-05T10:00:00.500Z"}
      {"10":null,"a \\"b\\", c":"say \\"hi\\"\\nnow","2":false,"day":null,"time":null}
      {"10":-1e+21,"a \\"b\\", c":null,"2":null,"day":"1999-12-31","time":"1999-12-31T23:59:59.000Z"}
      "
    `);
  });

  it("writes a JSON array", async () => {
    expect(JSON.parse(await text("out.json"))).toHaveLength(3);
    expect(await text("none.json", [{ name: "a", type: "text", values: [] }])).toBe("[]\n");
  });

  it.each(["r.csv", "r.tsv", "r.txt", "r.json", "r.jsonl", "r.parquet", "r.csv.gz", "r.jsonl.gz"])(
    "reads back what it wrote to %s",
    async (name) => {
      const path = join(folder, name);
      await writeTable(columns, { path });
      const table = await readTable(path);
      expect(table.columns).toEqual(columns);
    },
  );

  it("reads back one column with missing values", async () => {
    const column: Column = { name: "a", type: "number", values: new Float64Array([1, Number.NaN, 3, Number.NaN]) };
    await writeTable([column], { path: join(folder, "one.csv") });
    expect((await readTable(join(folder, "one.csv"))).columns).toEqual([column]);
  });

  it.each(["big.csv.gz", "big.parquet"])("writes more than one piece to %s", async (name) => {
    const values = Float64Array.from({ length: 30_000 }, (_, i) => Math.sin(i));
    const path = join(folder, name);
    await writeTable([{ name: "a", type: "number", values }], { path });
    expect((await readTable(path)).columns[0].values).toEqual(values);
  });

  it("takes an explicit format before the extension", async () => {
    const path = join(folder, "explicit.csv");
    await writeTable(columns, { path, format: "jsonl" });
    expect(readFileSync(path, "utf8")).toMatch(/^\{"10":0.1,/);
  });

  it("writes standard output in every format", async () => {
    for (const format of ["csv", "tsv", "json", "jsonl", "parquet"] as const) {
      const { stdout, bytes } = sink();
      await writeTable(columns, { path: "-", format, stdout });
      const path = join(folder, `stdout.${format}`);
      await writeTable(columns, { path });
      if (format !== "parquet") expect(bytes()).toEqual(readFileSync(path));
      else expect(bytes().subarray(0, 4).toString()).toBe("PAR1");
      expect(stdout.writableEnded).toBe(false);
    }
  });

  it("ends quietly when the reader of standard output has seen enough", async () => {
    await expect(writeTable(columns, { path: "-", stdout: sink("EPIPE").stdout })).resolves.toBeUndefined();
  });

  it("says that the disk behind standard output is full", async () => {
    const written = writeTable(columns, { path: "-", stdout: sink("ENOSPC").stdout });
    await expect(written).rejects.toThrow(new UserError("cannot write standard output: the disk is full"));
  });

  it.runIf(existsSync("/dev/full"))("says that the device is full", async () => {
    for (const format of ["csv", "parquet"] as const) {
      const error: unknown = await writeTable(columns, { path: "/dev/full", format }).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(/the disk is full/);
    }
  });

  it("unpacks with any gunzip", async () => {
    await writeTable(columns, { path: join(folder, "z.csv.gz") });
    expect(gunzipSync(readFileSync(join(folder, "z.csv.gz"))).toString()).toBe(await text("z.csv"));
  });

  it("keeps the rows in order", async () => {
    const path = join(folder, "order.parquet");
    const values = Array.from({ length: 10_000 }, (_, i) => `row ${i}`);
    await writeTable([{ name: "a", type: "text", values }], { path });
    expect(rows(await readTable(path)).flat()).toEqual(values);
  });
});
