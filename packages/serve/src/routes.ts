/** The four questions and their answers: /predict, /explain, /health and /metrics; what they are stands in /openapi.json. */
import { unseenValues } from "@chaingrad/tables/words";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { explanationOf } from "./answer/explanation.ts";
import { predictionsAs } from "./answer/predictions.ts";
import { acceptedOf, mediaOf, TYPES } from "./body/media.ts";
import { type SentRows, takeRows } from "./body/rows.ts";
import type { Metrics } from "./metrics.ts";
import { openApi } from "./openapi.ts";
import type { Limits } from "./options.ts";
import { type Query, queryOf } from "./query.ts";
import { Refusal, refusingAs } from "./refusal.ts";
import type { ServedModel } from "./served-model.ts";

/** Who answers: the model may be another one with each request. */
export interface Answering {
  readonly served: ServedModel;
  readonly limits: Limits;
  readonly metrics: Metrics;
}

export function addRoutes(app: FastifyInstance, server: Answering): void {
  app.post("/predict", (request, reply) => predict(server, request, reply));
  app.post("/explain", (request, reply) => explain(server, request, reply));
  app.get("/health", () => health(server.served));
  app.get("/openapi.json", () => openApi(server.served));
  app.get("/metrics", async (_, reply) => {
    const { registry } = server.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

async function predict(server: Answering, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { served } = server;
  const query = queryOf(request.query, ["interval", "unknown"]);
  const { sent, media } = await rowsOf(server, served, request, query, false);
  const answer = acceptedOf(request.headers.accept, media);
  const encoded = await refusingAs(422, () => served.predictor.encode(sent.table));
  const predicted = await served.batcher.predict(encoded);
  const notes = [...sent.notes, ...unseenValues(served.data.encoder, sent.table), ...wildNote(predicted.wild)];
  const asked = { form: sent.form, media: answer, targets: served.targets, interval: query.interval, notes };
  const body = await refusingAs(422, () => predictionsAs(predicted, asked));
  if (answer !== "json" && notes.length > 0) reply.header("chaingrad-notes", inHeader(notes));
  return reply.header("chaingrad-model", served.id).type(TYPES[answer]).send(body);
}

async function explain(server: Answering, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { served } = server;
  const query = queryOf(request.query, ["row", "from", "of", "view", "unknown"]);
  acceptedJson(request);
  const { sent } = await rowsOf(server, served, request, query, query.from === "loss");
  const { row = 1, from = "prediction", of, view } = query;
  if (row > sent.table.rows)
    throw new Refusal(422, `there is no row ${row}`, { hint: `Rows are counted from 1 to ${sent.table.rows}.` });
  const found = await refusingAs(422, () => explanationOf(served, sent.table, { row, from, of, view }));
  return reply.header("chaingrad-model", served.id).type(TYPES.json).send(JSON.stringify(found));
}

function acceptedJson({ headers }: FastifyRequest): void {
  if (acceptedOf(headers.accept, "json") !== "json")
    throw new Refusal(406, `cannot explain in '${headers.accept}'`, { hint: "An explanation is application/json." });
}

async function rowsOf(
  { limits }: Answering,
  served: ServedModel,
  { headers, body }: FastifyRequest,
  { unknown }: Query,
  withTarget: boolean,
): Promise<{ readonly sent: SentRows; readonly media: "json" | "csv" | "arrow" }> {
  const media = mediaOf(headers["content-type"], headers["content-encoding"]);
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const taking = { rowLimit: limits.rowLimit, leavesUnknown: unknown === "ignore", withTarget };
  return { sent: await takeRows(bytes, media, served, taking), media };
}

const wildNote = (wild: number): string[] =>
  wild === 0 ? [] : [`${wild} predicted numbers are not finite: the model's weights are too large for these rows`];

/** Notes may quote cells: as JSON in letters of ASCII, not longer than headers may be. */
function inHeader(notes: readonly string[]): string {
  const short = notes.slice(0, 8).map((note) => (note.length > 200 ? `${note.slice(0, 200)}…` : note));
  return JSON.stringify(short).replace(
    /[^\x20-\x7e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const health = ({ id, since, targets, columns }: ServedModel): object => ({
  status: "ok",
  model: { id, since: since.toISOString(), targets, columns },
});
