/** A model behind HTTP: fastify with limits, batches and metrics around it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TableModel } from "@chaingrad/tables";
import type { FastifyInstance } from "fastify";
import { listening } from "./listening.ts";
import { type Metrics, metricsOf } from "./metrics.ts";
import { type Limits, limitsOf, type ServerOptions } from "./options.ts";
import { addRoutes } from "./routes.ts";
import { ServedModel } from "./served-model.ts";
import { fastifyWith } from "./with-limits.ts";

/** Where it listens. */
export interface Listening {
  /** Default 8080; 0 takes any that is free. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string;
}

/** A model that answers over HTTP; `createServer` makes one. */
export class ModelServer {
  /** For whoever adds routes, hooks or plugins of fastify, before it listens. */
  readonly fastify: FastifyInstance;
  readonly metrics: Metrics;
  readonly limits: Limits;
  #served: ServedModel;
  #underWay = 0;

  constructor(model: TableModel, options: ServerOptions = {}, own: Readonly<Record<string, true>> = {}) {
    this.limits = limitsOf(options, own);
    this.metrics = metricsOf(() => this.#underWay);
    this.#served = this.#serving(model);
    this.fastify = fastifyWith(this.limits, this.metrics, {
      enter: () => this.#underWay < this.limits.queue && ++this.#underWay > 0,
      leave: () => this.#underWay--,
    });
    addRoutes(this.fastify, this);
  }

  /** The model that answers now. */
  get served(): ServedModel {
    return this.#served;
  }

  /** Answers with this model from now on; requests that were taken before are answered by the one before. */
  replace<Row extends object, Target extends keyof Row & string>(model: TableModel<Row, Target>): void {
    this.#served = this.#serving(model as unknown as TableModel);
  }

  /** For a server of your own: `http.createServer(await server.handler())`, or what a framework mounts. */
  async handler(): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
    await this.fastify.ready();
    return (request, response) => this.fastify.routing(request, response);
  }

  /**
   * Starts to listen.
   * @returns the address, as `http://127.0.0.1:8080`
   * @throws UserError where the port is in use or not allowed, or the host is none of this machine's
   */
  async listen({ port = 8080, host = "127.0.0.1" }: Listening = {}): Promise<string> {
    await listening(this.fastify, port, host);
    const { address, port: taken } = this.fastify.server.address() as AddressInfo;
    return `http://${address.includes(":") ? `[${address}]` : address}:${taken}`;
  }

  /** Takes no more requests, lets those under way end (for `stopTimeout` at most), and closes. */
  async close(): Promise<void> {
    const late = setTimeout(() => this.fastify.server.closeAllConnections(), this.limits.stopTimeout * 1000);
    try {
      await this.fastify.close();
    } finally {
      clearTimeout(late);
    }
  }

  #serving(model: TableModel): ServedModel {
    return new ServedModel(model, {
      delay: this.limits.batchDelay,
      rows: this.limits.batchRows,
      underWay: () => this.#underWay,
      onBatch: (rows) => {
        this.metrics.rows.inc(rows);
        this.metrics.batches.observe(rows);
      },
    });
  }
}

/**
 * A server of a model that does not listen yet.
 * @throws RangeError on an option that there is not, or a value that it cannot have
 */
export function createServer<Row extends object, Target extends keyof Row & string>(
  model: TableModel<Row, Target>,
  options: ServerOptions = {},
): ModelServer {
  return new ModelServer(model as unknown as TableModel, options); // rows come from elsewhere, and are checked
}
