/** What cannot be answered: the status, what is wrong, where, and what to do. */
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { columnFromArray, nullType, tableFromColumns, tableToIPC } from "@uwdata/flechette";
import { describe, expect, test } from "vitest";
import { createServer } from "../src/index.ts";
import { ARROW, CAR, carsModel, post, served } from "./support/models.ts";

const model = await carsModel();
const { url } = await served(model, { bodyLimit: 20_000, rowLimit: 50 });
const { origin: _, ...WITHOUT } = CAR;
const csv = { "content-type": "text/csv" };

const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
const header = Object.keys(CAR).join();
const cells = Object.values(CAR).join();

describe("a request", () => {
  test.each<[string, string, unknown, Record<string, string>, number, RegExp]>([
    [
      "of no known type",
      "/predict",
      "<x/>",
      { "content-type": "text/xml" },
      415,
      /cannot read 'text\/xml'.*Send application\/json/,
    ],
    ["without a type", "/predict", new Uint8Array([1]), { "content-type": "" }, 415, /has no Content-Type/],
    ["with Content-Encoding", "/predict", "{}", { "content-encoding": "gzip" }, 415, /encoded as 'gzip'/],
    ["with gzip inside", "/predict", gzipSync("a,b\n1,2\n"), csv, 415, /compressed by gzip/],
    ["too large", "/predict", "x".repeat(30_000), {}, 413, /larger than 20000 bytes/],
    ["of too many rows", "/predict", Array(51).fill({}), {}, 413, /more than 50 rows/],
    ["of too many rows of CSV", "/predict", `${header}\n${`${cells}\n`.repeat(51)}`, csv, 413, /more than 50 rows/],
    ["that nests too deeply", "/predict", deep, {}, 400, /nested more than 16 deep: line 1, column 17/],
    ["without a body", "/predict", "", {}, 400, /the body is empty/],
    ["that is no JSON", "/predict", `{\n "a": 1,\n}`, {}, 400, /no JSON: line 3, column 1:/],
    ["that is cut off", "/predict", `{"a": [1`, {}, 400, /no JSON: line 1, column 9:/],
    ["that is no UTF-8", "/predict", new Uint8Array([0x22, 0xff, 0x22]), {}, 400, /not UTF-8/],
    ["that is no CSV", "/predict", `${header}\n1,2\n`, csv, 400, /line 2/],
    ["that is no Arrow", "/predict", "ARROW?", { "content-type": ARROW }, 400, /damaged or cut off/],
    ["of a number", "/predict", "3", {}, 422, /expected a row as an object.*got a number/],
    ["of no rows", "/predict", [], {}, 422, /the list is empty/],
    ["of a row that is none", "/predict", [CAR, 7], {}, 422, /row 2: expected an object.*got a number/],
    ["that lacks a column", "/predict", WITHOUT, {}, 422, /no column 'origin'.*Give null where it is not known/],
    [
      "that misspells a column",
      "/predict",
      { ...WITHOUT, orign: "USA" },
      {},
      422,
      /no column 'origin'.*Is 'orign' meant for it/,
    ],
    [
      "with an unknown column",
      "/predict",
      { ...CAR, years: 3 },
      {},
      422,
      /knows no column 'years'.*Did you mean 'year'.*unknown=ignore/,
    ],
    ["with text for a number", "/predict", { ...CAR, year: "long ago" }, {}, 422, /'year'/],
    [
      "with a text that spells one",
      "/predict",
      { ...CAR, origin: "1e999 Japan" },
      {},
      422,
      /'origin', row 1: expected a/,
    ],
    ["with an infinity", "/predict", JSON.stringify(CAR).replace("1970", "1e999"), {}, 422, /expected a finite number/],
    [
      "with an object for a cell",
      "/predict",
      { ...CAR, year: { is: 1970 } },
      {},
      422,
      /column 'year': expected a number.*an object/,
    ],
    [
      "with columns of two lengths",
      "/predict",
      Object.fromEntries(Object.keys(CAR).map((name, i) => [name, Array(i + 1).fill(1)])),
      {},
      422,
      /holds 2 values/,
    ],
    ["with a level that is none", "/predict?interval=2", CAR, {}, 400, /\?interval: expected a share > 0 and < 1/],
    [
      "with a question that is none",
      "/predict?intervall=0.9",
      CAR,
      {},
      400,
      /intervall is not known.*Did you mean 'interval'/,
    ],
    ["with a question asked twice", "/predict?interval=0.9&interval=0.8", CAR, {}, 400, /given twice/],
    ["of a level that so few rows cannot say", "/predict?interval=0.99999", CAR, {}, 422, /say nothing of 0.99999/],
    ["to answer in another type", "/predict", CAR, { accept: "image/png" }, 406, /cannot answer in 'image\/png'/],
    ["to explain in another type", "/explain", CAR, { accept: "text/csv" }, 406, /An explanation is application\/json/],
    ["to explain a row that there is not", "/explain?row=2", CAR, {}, 422, /no row 2.*from 1 to 1/],
    ["to explain by what there is not", "/explain?of=wait_lbs", CAR, {}, 422, /wait_lbs/],
    ["to explain the loss of no target", "/explain?from=loss", CAR, {}, 422, /miles_per_gallon/],
    ["to nowhere", "/predikt", CAR, {}, 404, /nothing at \/predikt.*openapi/],
    ["to where nothing is sent", "/health", CAR, {}, 405, /\/health takes GET/],
  ])("%s", async (_, path, body, headers, status, said) => {
    const response = await post(`${url}${path}`, body, headers);
    const text = await response.text();
    expect(text).toMatch(said);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(text)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  });

  test("of which a few bytes claim very many rows takes no room", async () => {
    const column = columnFromArray(Array(1000).fill(null), nullType());
    const bytes = tableToIPC(tableFromColumns([["year", column]]), { format: "stream" }) as Uint8Array;
    expect(bytes.length).toBeLessThan(1000);
    const response = await post(`${url}/predict`, bytes, { "content-type": ARROW });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("more than 50 rows");
  });

  test("what it quotes is cut short", async () => {
    const response = await post(`${url}/predict`, { ...CAR, ["n".repeat(9000)]: 1 });
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(text.length).toBeLessThan(1500);
  });

  test("names like those of objects are names", async () => {
    const row = JSON.stringify(WITHOUT).replace("{", '{"__proto__": {"origin": "USA"}, "constructor": 1, ');
    const response = await post(`${url}/predict`, row);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ missing: ["origin"], unknown: ["__proto__", "constructor"] });
  });
});

/** Sends bytes as they are; what comes back until the connection ends. */
async function raw(url: string, ...pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  let answer = "";
  socket.on("data", (text) => {
    answer += text;
  });
  socket.on("error", () => {});
  for (const piece of pieces) socket.write(piece);
  await once(socket, "close");
  return answer;
}

describe("a connection", () => {
  test.each([
    ["its headers", "POST /predict HTTP/1.1\r\nHost: x\r\n"],
    [
      "its body",
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"',
    ],
  ])("that never finishes %s is told so, and closed", async (_, bytes) => {
    const { url } = await served(model, { requestTimeout: 0.2 });
    const answer = await raw(url, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain("the request was not finished in time");
  });

  test("that speaks no HTTP", async () => {
    expect(await raw(url, "\x16\x03\x01\x02\x00 hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 .*no HTTP request/s);
  });

  test("with headers without end", async () => {
    expect(await raw(url, `GET /health HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

test("more requests than may be under way are told to come again, and those before are answered", async () => {
  const { url } = await served(model, { queue: 2 });
  const { hostname, port } = new URL(url);
  const body = JSON.stringify(CAR);
  const head = `POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const slow = [1, 2].map(() => connect(Number(port), hostname).setEncoding("utf8"));
  const answers = ["", ""];
  for (const [i, socket] of slow.entries()) {
    socket.on("data", (text) => {
      answers[i] += text;
    });
    socket.write(head);
  }
  let refused: Response;
  do refused = await post(`${url}/predict`, CAR);
  while (refused.status === 200); // until both have come
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await Promise.all(
    slow.map(async (socket) => {
      socket.write(body);
      await once(socket, "close");
    }),
  );
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*"miles_per_gallon"/s);
  expect((await post(`${url}/predict`, CAR)).status).toBe(200);
});

describe("a server", () => {
  test("has no option that it has not, and no value that it cannot have", () => {
    expect(() => createServer(model, { bodylimit: 3 } as never)).toThrow(/no option 'bodylimit'.*'bodyLimit'/);
    expect(() => createServer(model, { queue: 0 })).toThrow(/queue/);
    expect(() => createServer(model, { batchDelay: -1 })).toThrow(/batchDelay/);
  });

  test("does not listen where another does, and says what to do", async () => {
    const port = Number(new URL(url).port);
    const refused = createServer(model).listen({ port });
    await expect(refused).rejects.toMatchObject({
      name: "UserError",
      message: `port ${port} of 127.0.0.1 is in use`,
      hint: expect.stringContaining("0 takes any that is free"),
    });
    await expect(createServer(model).listen({ port: 0, host: "192.0.2.1" })).rejects.toThrow(
      /no address of this machine/,
    );
    await expect(createServer(model).listen({ port: 70_000 })).rejects.toThrow(/from 0 to 65535, got 70000/);
  });
});
