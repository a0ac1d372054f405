/** The live page's server: what it tells pages, and whom it answers. */
import { request } from "node:http";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { KeptLines } from "../src/watch/kept-lines.ts";
import { type LivePage, type LivePageOptions, openLivePage } from "../src/watch/live-page.ts";

const open: LivePage[] = [];
afterEach(async () => {
  for (const page of open.splice(0)) await page.end();
});

async function opened(options: Partial<LivePageOptions> = {}) {
  const asked: unknown[] = [];
  let token = "";
  const page = await openLivePage({
    page: (word) => {
      token = word;
      return { html: "<!doctype html><title>page</title><script>1 + 1;</script>", script: "1 + 1;" };
    },
    ...{ port: 0, onStop: () => asked.push("stop"), onRate: (factor) => asked.push(factor), ...options },
  });
  open.push(page);
  return { page, asked, token };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** As any client may ask, also by another name. */
function ask(url: string, { method = "GET", headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((done, fail) => {
    const sent = request(url, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => done({ status: response.statusCode as number, headers: response.headers, text }));
    });
    sent.on("error", fail).end(body);
  });
}

const json = (token: string) => ({ "content-type": "application/json", "x-chaingrad-token": token });

/** The messages of a stream until it ends: [event, data]. */
const messages = (text: string): [string, unknown][] =>
  text
    .trim()
    .split("\n\n")
    .map((part) => /^event: (.*)\ndata: (.*)$/.exec(part) as unknown as [string, string, string])
    .map(([, event, data]) => [event, JSON.parse(data)]);

test("a page is told what was said, what is said, and that there is no more", async () => {
  const { page } = await opened();
  page.tell({ event: "start" });
  page.tell({ event: "epoch", network: 1 });
  const stream = ask(`${page.url}/events`);
  await new Promise((done) => setTimeout(done, 200));
  page.tell({ event: "end" });
  await page.end();
  const { headers, text } = await stream;
  expect(headers["content-type"]).toBe("text/event-stream");
  expect(messages(text)).toEqual([
    ["begin", expect.stringMatching(/^[0-9a-f]{16}$/)],
    ["lines", [{ event: "start" }, { event: "epoch", network: 1 }]],
    ["state", { factor: 1, isStopping: false }],
    ["lines", [{ event: "end" }]],
    ["over", null],
  ]);
});

test("it stops once and turns the rate as the page asks, and tells all pages", async () => {
  const { page, asked, token } = await opened();
  const stream = ask(`${page.url}/events`);
  const post = (path: string, body: string) =>
    ask(`${page.url}/${path}`, { method: "POST", headers: { ...json(token), origin: page.url }, body });
  expect((await post("rate", '{"factor":0.5}')).status).toBe(200);
  expect((await post("stop", "{}")).status).toBe(200);
  expect((await post("stop", "{}")).status).toBe(200);
  expect(asked).toEqual([0.5, "stop"]);
  await page.end();
  const states = messages((await stream).text).filter(([event]) => event === "state");
  expect(states.at(-1)).toEqual(["state", { factor: 0.5, isStopping: true }]);
});

describe("it refuses", () => {
  test.each([
    ['{"factor":0}', 422],
    ['{"factor":1e9}', 422],
    ['{"factor":"1"}', 422],
    ["null", 422],
    ["{", 400],
    [" ".repeat(2000), 413],
  ])("%j as a factor", async (body, status) => {
    const { page, asked, token } = await opened();
    const answer = await ask(`${page.url}/rate`, { method: "POST", headers: json(token), body });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(asked).toEqual([]);
  });

  test.each([
    ["without its word", { "content-type": "application/json" }],
    ["with another", { "content-type": "application/json", "x-chaingrad-token": "x" }],
  ])("posts %s", async (_, headers) => {
    const { page, asked } = await opened();
    for (const path of ["stop", "rate"])
      expect((await ask(`${page.url}/${path}`, { method: "POST", headers, body: '{"factor":2}' })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  test("posts of other pages, and forms", async () => {
    const { page, asked, token } = await opened();
    const post = (headers: Readonly<Record<string, string>>) =>
      ask(`${page.url}/stop`, { method: "POST", headers: { ...json(token), ...headers }, body: "{}" });
    expect((await post({ origin: "https://example.org" })).status).toBe(403);
    expect((await post({ origin: "null" })).status).toBe(403);
    expect((await post({ "content-type": "application/x-www-form-urlencoded" })).status).toBe(415);
    expect(asked).toEqual([]);
  });

  test("all that comes by another name, as where a name of elsewhere leads here", async () => {
    const { page } = await opened();
    const { port } = new URL(page.url);
    for (const path of ["", "events", "stop"])
      for (const host of ["example.org", `example.org:${port}`, "127.0.0.1", `127.0.0.1.example.org:${port}`])
        expect((await ask(`${page.url}/${path}`, { headers: { host } })).status).toBe(403);
    expect((await ask(page.url, { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  test("a port that is in use, and what is none", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => other.once("listening", done));
    const { port } = other.address() as { port: number };
    await expect(opened({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is in use`);
    other.close();
    await expect(opened({ port: 65_536 })).rejects.toThrow(RangeError);
  });
});

test("the page may run its own script, ask where it came from, and nothing else", async () => {
  const { page } = await opened();
  const { headers, text } = await ask(page.url);
  expect(text).toContain("<title>page</title>");
  expect(headers["content-security-policy"]).toBe(
    "default-src 'none'; script-src 'sha256-J5mvUh2vzaLFphAhYVgKVEB/UtIhNtviDrgx4BfWdHc='; style-src 'unsafe-inline'; " +
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

test("what is kept is thinned out where it is much, the last line never", () => {
  const kept = new KeptLines();
  kept.add({ event: "start", network: 7 });
  for (let epoch = 1; epoch <= 10_001; epoch++) kept.add({ event: "epoch", network: 7, epoch } as never);
  kept.add({ event: "epoch", network: 8 });
  const all = kept.all as readonly { event: string; epoch?: number; network: number }[];
  expect(all[0]).toEqual({ event: "start", network: 7 });
  expect(all.length).toBeLessThan(2100);
  expect(all.length).toBeGreaterThan(900);
  const epochs = all.flatMap(({ network, epoch }) => (network === 7 && epoch !== undefined ? [epoch] : []));
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
  expect(epochs.at(-1)).toBe(10_001);
});
