/** From a model's file to a server that follows it. */
import type { SyncEngine } from "@chaingrad/core";
import { inRange, positive } from "@chaingrad/core/given";
import { type Listening, ModelServer } from "./model-server.ts";
import type { ServerOptions } from "./options.ts";
import { type Reloaded, WatchedFile } from "./watched-file.ts";

/** Where it listens, its limits, and how it follows its file. */
export interface ServeOptions extends ServerOptions, Listening {
  /** What computes the predictions (default: the embedded kernels). */
  readonly engine?: SyncEngine;
  /** Milliseconds between looks at the model's file (default 500). */
  readonly reloadInterval?: number;
  /** Told after the file has changed: of the model that answers now, or why the one before still does. */
  readonly onReload?: (reloaded: Reloaded) => void;
}

/** A server that listens. */
export interface Serving {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly server: ModelServer;
  /** Lets requests under way end, and closes. */
  close(): Promise<void>;
}

const OWN = { port: true, host: true, engine: true, reloadInterval: true, onReload: true } as const;

/**
 * Serves a model, and the one that replaces its file: that is read and tried whole before it answers, and where it cannot be used
 * the one before stays. `writeFileAtomically`, `mv` and `chaingrad train --out` replace a file whole; one that is written in place
 * is taken when it is complete.
 *
 * @throws UserError where the file is no model of a table, or the port cannot be had; RangeError on an option that there is not
 */
export async function serve(path: string, options: ServeOptions = {}): Promise<Serving> {
  const { port, host, engine, reloadInterval = 500, onReload = () => {} } = options;
  inRange("reloadInterval", reloadInterval, positive);
  let server: ModelServer | undefined;
  const onChange = (reloaded: Reloaded): void => {
    if ("model" in reloaded) server?.replace(reloaded.model);
    server?.metrics.reloads.inc({ result: "model" in reloaded ? "taken" : "refused" });
    onReload(reloaded);
  };
  const { model, file } = await WatchedFile.open(path, { engine, interval: reloadInterval, onChange });
  try {
    server = new ModelServer(model, options, OWN);
    const url = await server.listen({ ...(port !== undefined && { port }), ...(host !== undefined && { host }) });
    const close = (): Promise<void> => {
      file.stop();
      return (server as ModelServer).close();
    };
    return { url, server, close };
  } catch (error) {
    file.stop();
    throw error;
  }
}
