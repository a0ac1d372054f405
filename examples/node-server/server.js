/**
 * Predictions over HTTP: `node server.js MODEL` reads a model that `chaingrad train` saved.
 *
 *   POST /predict, a row or a list of rows as JSON → a prediction or a list of predictions
 *   GET  /                                         → what the model is, and which columns it wants
 *
 * One engine and one model serve all requests. Many rows are predicted in parts, between which other requests have their
 * turn, so that a large one holds up nobody. SIGTERM: what has begun is answered, then the process ends.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { wasmEngine } from "@chaingrad/core";
import { TableModel } from "@chaingrad/tables";

const MOST_BYTES = 10_000_000;
/** Rows that are predicted at a time: a few milliseconds. */
const PART = 1000;

/** What is wrong with a request, said to whoever made it. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function readJson(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw new Refusal(413, `the body has more than ${MOST_BYTES} bytes: send fewer rows at a time`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (error) {
    throw new Refusal(400, `the body is no JSON: ${error.message}`);
  }
}

const isRow = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

async function predict(model, body) {
  const rows = Array.isArray(body) ? body : [body];
  const bad = rows.findIndex((row) => !isRow(row));
  if (bad >= 0)
    throw new Refusal(400, `row ${bad + 1} is no object of columns: give {"column": value, …} or a list of such`);
  const predictions = [];
  for (let start = 0; start < rows.length; start += PART) {
    if (start > 0) await nextTurn();
    try {
      predictions.push(...model.predict(rows.slice(start, start + PART)));
    } catch (error) {
      throw new Refusal(400, error.message);
    }
  }
  return Array.isArray(body) ? predictions : predictions[0];
}

async function answer(model, request) {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/" && request.method === "GET")
    return { predicts: model.target, columns: model.columns, summary: model.summary().split("\n") };
  if (pathname !== "/predict") throw new Refusal(404, `there is nothing at ${pathname}: POST rows to /predict`);
  if (request.method !== "POST") throw new Refusal(405, "rows are sent by POST");
  return predict(model, await readJson(request));
}

const [file, port = "8080"] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node server.js MODEL [PORT]");
  process.exit(2);
}
const model = await TableModel.load(await readFile(file), { engine: await wasmEngine() });

const server = createServer(async (request, response) => {
  const send = (status, body) =>
    response
      .writeHead(status, { "Content-Type": "application/json", ...(server.listening ? {} : { Connection: "close" }) })
      .end(`${JSON.stringify(body)}\n`);
  try {
    send(200, await answer(model, request));
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    send(error.status ?? 500, {
      error: error instanceof Refusal ? error.message : "the server failed; its log says why",
    });
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));

function stop() {
  server.close(); // takes nobody new, and ends when the last request is answered
  server.closeIdleConnections();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
