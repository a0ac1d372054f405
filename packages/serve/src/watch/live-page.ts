/**
 * A page of this machine that follows a training: server-sent events tell it every line, and two posts come back, which stop the
 * training and turn its rate. It listens at the loopback address alone, answers to its own name alone (a page of elsewhere
 * may have its own name lead here), and takes posts from itself alone, which know a word that no other page can read.
 */
import { createHash, randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inRange } from "@chaingrad/core/given";
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import { listening } from "../listening.ts";
import { PROBLEM, problem, Refusal } from "../refusal.ts";
import { KeptLines, type Line } from "./kept-lines.ts";

/** Where it listens where nobody says. */
export const WATCH_PORT = 8090;

/** Which page is served where, and who is told what it asks for. */
export interface LivePageOptions {
  /** The page for a word that its posts are to have in `x-chaingrad-token`, and the only script in it. */
  readonly page: (token: string) => { readonly html: string; readonly script: string };
  /** 0 takes any that is free (default 8090). */
  readonly port?: number;
  /** Somebody wants the training to end. */
  readonly onStop: () => void;
  /** Somebody wants the rate to be multiplied by this. */
  readonly onRate: (factor: number) => void;
}

const HOST = "127.0.0.1";
/** Milliseconds between two messages to a page: more often nobody sees. */
const PAUSE = 100;
/** Milliseconds in which pages may take the last message. */
const PATIENCE = 1000;
/** Bytes that a page may leave unread before its connection is closed; it comes again, and is told what is kept. */
const MOST_UNREAD = 8 << 20;
const FACTOR = { text: "a number from 0.0001 to 10000", holds: (x: number) => x >= 1e-4 && x <= 1e4 };

/** A page that listens: it is told lines of a training until that ends. */
export class LivePage {
  /** `http://127.0.0.1:8090` */
  readonly url: string;
  readonly #app: FastifyInstance;
  readonly #kept: KeptLines;
  readonly #pages: Pages;

  constructor(url: string, app: FastifyInstance, kept: KeptLines, pages: Pages) {
    [this.url, this.#app, this.#kept, this.#pages] = [url, app, kept, pages];
  }

  /** Tells all pages a line, soon. */
  tell(line: Line): void {
    this.#kept.add(line);
    this.#pages.tell(line);
  }

  /** Tells all pages that there is no more to come, and takes the port away; what they show stays. */
  async end(): Promise<void> {
    await this.#pages.end();
    await this.#app.close();
  }
}

/** Open pages, and what they are yet to be told. */
class Pages {
  readonly #open = new Set<ServerResponse>();
  #waiting: Line[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** What those are told that come later. */
  state: { readonly factor: number; readonly isStopping: boolean } = { factor: 1, isStopping: false };

  add(response: ServerResponse, kept: readonly Line[], run: string): void {
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store", ...HEADERS };
    response.writeHead(200, headers);
    response.on("close", () => this.#open.delete(response));
    this.#flush(); // what is kept has what waits
    this.#open.add(response);
    const first = messageOf("begin", run) + messageOf("lines", kept) + messageOf("state", this.state);
    response.write(first);
  }

  tell(line: Line): void {
    if (this.#open.size === 0) return;
    this.#waiting.push(line);
    this.#timer ??= setTimeout(() => this.#flush(), PAUSE).unref();
  }

  change(state: Partial<Pages["state"]>): void {
    this.state = { ...this.state, ...state };
    this.#send(messageOf("state", this.state));
  }

  /** Fulfilled when all have taken what they were told, or had their time. */
  async end(): Promise<void> {
    this.#flush();
    this.#send(messageOf("over", null));
    const ended = [...this.#open].map((response) => new Promise<void>((done) => response.end(done)));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((done) => {
      timer = setTimeout(done, PATIENCE);
    });
    await Promise.race([Promise.all(ended), late]);
    clearTimeout(timer);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length > 0) this.#send(messageOf("lines", this.#waiting));
    this.#waiting = [];
  }

  #send(message: string): void {
    for (const response of this.#open) {
      response.write(message);
      if (response.writableLength > MOST_UNREAD) response.destroy();
    }
  }
}

/** JSON has no line feeds, so that it is one line of the message. */
const messageOf = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const HEADERS = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };

/** All that the page may do: what is in it, and questions to where it came from. */
const policyFor = (script: string): string => {
  const hash = createHash("sha256").update(script).digest("base64");
  return [
    ...["default-src 'none'", `script-src 'sha256-${hash}'`, "style-src 'unsafe-inline'", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join("; ");
};

/**
 * Opens a page at the loopback address.
 * @throws UserError where the port is in use or not allowed, RangeError on what is no port
 */
export async function openLivePage({ page, port = WATCH_PORT, onStop, onRate }: LivePageOptions): Promise<LivePage> {
  const token = randomBytes(24).toString("base64url");
  const { html, script } = page(token);
  const app = fastify({ bodyLimit: 1024, forceCloseConnections: true });
  const [kept, pages] = [new KeptLines(), new Pages()];
  const run = randomBytes(8).toString("hex");
  app.addHook("onRequest", async (request) => refuseOthers(request, app, token));
  app.setErrorHandler((error: FastifyError | Refusal, _, reply) => {
    const status = error instanceof Refusal ? error.status : (error.statusCode ?? 500);
    return reply.code(status).type(PROBLEM).send(problem(status, error.message));
  });
  app.get("/", (_, reply) =>
    reply
      .headers({ ...HEADERS, "content-security-policy": policyFor(script), "cache-control": "no-store" })
      .type("text/html; charset=utf-8")
      .send(html),
  );
  app.get("/events", (_, reply) => {
    reply.hijack();
    pages.add(reply.raw, kept.all, run);
  });
  app.post("/stop", () => {
    if (pages.state.isStopping) return {}; // a second signal would end the process at once
    pages.change({ isStopping: true });
    onStop();
    return {};
  });
  app.post("/rate", ({ body }) => {
    const factor = factorIn(body);
    pages.change({ factor });
    onRate(factor);
    return {};
  });
  await listening(app, port, HOST);
  app.server.unref(); // it is no reason to go on
  const { port: taken } = app.server.address() as AddressInfo;
  return new LivePage(`http://${HOST}:${taken}`, app, kept, pages);
}

function factorIn(body: unknown): number {
  try {
    return inRange("factor", (body as { factor?: unknown } | null)?.factor as number, FACTOR);
  } catch (error) {
    throw new Refusal(422, (error as Error).message, {}, { cause: error });
  }
}

/** Throws Refusal on a request by another name, or a post that no page of ours has made. */
function refuseOthers({ headers, method }: FastifyRequest, app: FastifyInstance, token: string): void {
  const { port } = app.server.address() as AddressInfo;
  const own = [`${HOST}:${port}`, `localhost:${port}`];
  if (!own.includes(headers.host ?? "")) throw new Refusal(403, `this page answers at ${own.join(" and ")} alone`);
  if (method !== "POST") return;
  const isOwn = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  if (!isOwn || headers["x-chaingrad-token"] !== token)
    throw new Refusal(403, "only the page itself may stop the training or turn its rate: load it again");
}
