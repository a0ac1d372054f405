/** A live page: what is told goes there, and what it asks for comes back as a signal and a number. */
import { openLivePage } from "@chaingrad/serve/watch";
import { watchPage } from "@chaingrad/view/watch";
import { type CommonOptions, note } from "../output/conventions.ts";

/** Throws UserError where its port cannot be had. */
export async function openPage(title: string, options: { readonly port?: number } & CommonOptions) {
  // In memory that threads share, so that all networks read it.
  const rateFactor = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)).fill(1);
  const page = await openLivePage({
    page: (token) => watchPage(title, token),
    ...(options.port !== undefined && { port: options.port }),
    // What the keyboard does; where nobody listens yet, there is nothing to keep.
    onStop: () => void (process.emit("SIGINT", "SIGINT") || process.kill(process.pid, "SIGINT")),
    onRate: (factor) => {
      rateFactor[0] = factor;
    },
  });
  note(`watch it at ${page.url}`, options);
  return { rateFactor, tell: page.tell.bind(page), end: () => page.end() };
}
