/** chaingrad serve: a model behind HTTP, which follows its file and ends cleanly. */
import type { Reloaded } from "@chaingrad/serve";
import { type Command, InvalidArgumentError } from "commander";
import { type EngineOptions, openEngine, withEngine } from "../engine.ts";
import { milliseconds, positive, wholeNumber } from "../given/options.ts";
import { loadModel } from "../model/model-file.ts";
import { type CommonOptions, complain, note, print, printJson, withConventions } from "../output/conventions.ts";
import { statusOf } from "../output/failure.ts";

interface ServeFlags extends EngineOptions, CommonOptions {
  readonly port: number;
  readonly host: string;
  readonly batchDelay: number;
  readonly batchRows: number;
  readonly bodyLimit: number;
  readonly queue: number;
  readonly timeout: number;
}

const MOST_PORT = 65_535;

export function register(program: Command): void {
  const command = program
    .command("serve")
    .summary("answer over HTTP with a model's predictions")
    .description(
      "Answers over HTTP: POST /predict and /explain take rows as JSON, CSV or Arrow; GET /openapi.json, /health, /metrics.",
    )
    .argument("<model>", "a model made by chaingrad train; when the file is replaced, the new one answers")
    .option("--port <number>", "where it listens; 0 takes any port that is free", wholeNumber(0, MOST_PORT), 8080)
    .option("--host <address>", "the address it listens at; 0.0.0.0 is all networks", "127.0.0.1")
    .option("--batch-delay <time>", "how long a request may wait to be predicted with others", milliseconds, 2)
    .option("--batch-rows <number>", "rows that wait for no others", wholeNumber(1), 1024)
    .option("--body-limit <size>", "the largest body, as 500KB or 2MB", bytes, 1 << 20)
    .option("--queue <number>", "requests under way; more are told to come again", wholeNumber(1), 256)
    .option("--timeout <seconds>", "in which a client has to send its request", positive, 10)
    .action(run);
  withConventions(
    withEngine(command),
    "chaingrad serve cars.safetensors",
    "chaingrad serve cars.safetensors --port 0 --batch-delay 5ms",
  );
}

async function run(path: string, options: ServeFlags): Promise<void> {
  await loadModel(path); // refused before the server's library is loaded, in the words of all commands
  const { serve } = await import("@chaingrad/serve");
  const { port, host, batchDelay, batchRows, bodyLimit, queue } = options;
  const { url, close } = await serve(path, {
    ...{ port, host, batchDelay, batchRows, bodyLimit, queue, requestTimeout: options.timeout },
    engine: await openEngine(options, options),
    onReload: (reloaded) => tell(path, reloaded, options),
    onError: (error) => complain(`chaingrad: a defect: ${error instanceof Error ? error.stack : String(error)}`),
  });
  if (options.json) printJson({ url });
  else print(`listening at ${url}`);
  await stopped(options);
  await close();
}

function tell(path: string, reloaded: Reloaded, options: CommonOptions): void {
  if ("model" in reloaded) note(`${path} has changed: the new model answers`, options);
  else complain(`chaingrad: ${path} has changed, and the model before it still answers: ${reloaded.error.message}`);
}

/** The first signal ends the server when all is answered, the second one at once. */
function stopped(options: CommonOptions): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  return new Promise((done) => {
    const onSignal = (name: NodeJS.Signals): void => {
      if (signal.aborted) process.exit(statusOf(signal));
      controller.abort(name);
      note("stopping: requests under way are answered (again to stop at once)", options);
      done();
    };
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  });
}

/** "500KB" in bytes. */
function bytes(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)?$/i.exec(text.trim());
  const unit = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[(found?.[2] ?? "B").toUpperCase()] as number;
  const value = Math.floor(Number(found?.[1] ?? 0) * unit);
  if (value < 1) throw new InvalidArgumentError("It must be a size, as in 500KB or 2MB.");
  return value;
}
