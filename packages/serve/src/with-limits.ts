/** Fastify as servers of models need it: bodies as bytes, limits on each, refusals as problem documents, all counted. */
import type { Socket } from "node:net";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { mediaOf } from "./body/media.ts";
import type { Metrics } from "./metrics.ts";
import type { Limits } from "./options.ts";
import { PROBLEM, problem, Refusal, type Whereabouts } from "./refusal.ts";

/** Counts the requests under way that have a body. */
export interface Gate {
  /** False where there are too many. */
  readonly enter: () => boolean;
  readonly leave: () => void;
}

/** How often clients that do not finish are looked for, in parts of their time. */
const CHECKS = 4;
/** Of a request's line and headers. */
const MOST_HEADER_BYTES = 16_384;

export function fastifyWith(limits: Limits, metrics: Metrics, gate: Gate): FastifyInstance {
  const milliseconds = Math.ceil(limits.requestTimeout * 1000);
  const app = fastify({
    bodyLimit: limits.bodyLimit,
    requestTimeout: milliseconds,
    forceCloseConnections: "idle",
    http: {
      headersTimeout: milliseconds,
      connectionsCheckingInterval: Math.max(10, Math.ceil(milliseconds / CHECKS)),
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _, reply) => void answerError(error, reply, limits),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => enter(request, reply, gate));
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    metrics.requests.inc({ route, status: reply.statusCode });
    metrics.seconds.observe({ route }, reply.elapsedTime / 1000);
  });
  app.setErrorHandler((error: FastifyError, _, reply) => answerError(error, reply, limits));
  app.setNotFoundHandler((request, reply) => answerError(notFound(request.url, app), reply, limits));
  return app;
}

/** Before the body is read: what will not be taken is not read. */
function enter(request: FastifyRequest, { raw }: FastifyReply, gate: Gate): void {
  if (request.method !== "POST" || request.is404) return;
  if (!gate.enter()) {
    const hint = "Ask again after the seconds that Retry-After says.";
    throw new Refusal(503, "too many requests are under way", { hint, retryAfter: 1 });
  }
  raw.once("close", () => gate.leave()); // answered, or its client has gone
  mediaOf(request.headers["content-type"], request.headers["content-encoding"]);
}

function answerError(error: FastifyError | Refusal, reply: FastifyReply, limits: Limits): FastifyReply {
  const refused = error instanceof Refusal ? error : refusalOf(error, limits);
  if (refused === undefined) limits.onError(error);
  const { status, message, where } = refused ?? { status: 500, message: "a defect of the server", where: {} };
  const { retryAfter } = where as Whereabouts;
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  // A body that was not read is not waited for.
  if (status === 413 || status === 503) reply.header("connection", "close");
  return reply
    .code(status)
    .type(PROBLEM)
    .send(problem(status, message, where));
}

/** What fastify refuses by itself, in our words; undefined for a defect. */
function refusalOf({ statusCode = 500, code, message }: FastifyError, { bodyLimit }: Limits): Refusal | undefined {
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new Refusal(413, `the body is larger than ${bodyLimit} bytes`, { hint: "Send its rows in parts." });
  return statusCode >= 400 && statusCode < 500 ? new Refusal(statusCode, message) : undefined;
}

function notFound(url: string, app: FastifyInstance): Refusal {
  const [path] = url.split("?");
  const methods = (["GET", "POST"] as const).filter((method) => app.hasRoute({ url: path, method }));
  if (methods.length > 0) return new Refusal(405, `${path} takes ${methods.join(" and ")}`);
  return new Refusal(404, `there is nothing at ${path}`, { hint: "What there is stands in /openapi.json." });
}

/** What is no HTTP, or is never finished, has no request to be answered: the socket is. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const [status, reason, detail] =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? [408, "Request Timeout", "the request was not finished in time"]
      : error.code === "HPE_HEADER_OVERFLOW"
        ? [431, "Request Header Fields Too Large", `the headers are larger than ${MOST_HEADER_BYTES} bytes`]
        : [400, "Bad Request", "this is no HTTP request"];
  const body = problem(status as number, detail as string);
  if (!socket.writable) return void socket.destroy();
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${PROBLEM}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
