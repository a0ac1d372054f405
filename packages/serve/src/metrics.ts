/** What Prometheus reads: requests, times, rows, batches, reloads, and the process (text format 0.0.4, by prom-client). */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Seconds: a prediction takes a fraction of a millisecond, an explanation some hundred. */
const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384];

/** The counters of one server. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<"route" | "status">;
  readonly seconds: Histogram<"route">;
  readonly rows: Counter;
  readonly batches: Histogram;
  readonly reloads: Counter<"result">;
}

/** @param underWay how many requests are under way */
export function metricsOf(underWay: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    ...{ name: "chaingrad_requests_under_way", help: "Requests that have come and are not answered", registers },
    collect() {
      this.set(underWay());
    },
  });
  return {
    registry,
    requests: new Counter({
      ...{ name: "chaingrad_requests_total", help: "Requests that were answered", registers },
      labelNames: ["route", "status"],
    }),
    seconds: new Histogram({
      ...{ name: "chaingrad_request_seconds", help: "From a request's head to its answer", registers },
      ...{ labelNames: ["route"], buckets: SECONDS },
    }),
    rows: new Counter({ name: "chaingrad_rows_total", help: "Rows that were predicted", registers }),
    batches: new Histogram({
      ...{ name: "chaingrad_batch_rows", help: "Rows that were predicted at once", buckets: BATCHES, registers },
    }),
    reloads: new Counter({
      ...{ name: "chaingrad_reloads_total", help: "Times that the model's file had changed", registers },
      labelNames: ["result"],
    }),
  };
}
