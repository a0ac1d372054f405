/**
 * An engine that answers in promises, as a device would: the reference engine behind a queue that carries out calls in the
 * order in which they were made, each after a delay of its own.
 */
import type { CompileOptions, Engine, Executable } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Program } from "../../src/graph/program.ts";
import { generator } from "./numbers.ts";

/** @param longest milliseconds that a call may take */
export function promisingEngine(seed: number, longest = 1): Engine {
  const next = generator(seed);
  let queue: Promise<unknown> = Promise.resolve();
  const later = <T>(act: () => T): Promise<T> => {
    const pause = longest * next();
    // Most calls take no time, but another turn.
    const wait = (): Promise<void> =>
      new Promise((resolve) => (next() < 0.98 ? queueMicrotask(resolve) : setTimeout(resolve, pause)));
    const done = queue.then(wait).then(act);
    queue = done.catch(() => undefined);
    return done;
  };
  return {
    name: "promising",
    compile: (program: Program, options?: CompileOptions): Promise<Executable> =>
      later(() => {
        const own = referenceEngine.compile(program, options);
        return {
          write: (input, values) => {
            // What is given is taken now, whatever the caller does to it later.
            const taken = Array.isArray(values) || ArrayBuffer.isView(values) ? structuredClone(values) : values;
            return later(() => own.write(input, taken));
          },
          run: (steps, first) => later(() => own.run(steps, first)),
          read: (name) => later(() => own.read(name)),
          bytes: own.bytes,
          threads: own.threads,
          describe: () => own.describe(),
        };
      }),
  };
}
