/** Long CSV tables beside the page's own thread, which goes on answering meanwhile. */
import { UserError } from "@chaingrad/core/user-error";
import type { FileTable, ReadingOptions } from "./columns.ts";
import { readCsv } from "./csv.ts";

/** A shorter table is read before a worker has started. */
const LONG = 1 << 18;

export interface CsvRequest {
  readonly bytes: Uint8Array;
  readonly label: string;
  readonly options: ReadingOptions;
}

/** What the worker says: first that it runs, then the table or why there is none. */
export type CsvAnswer =
  | { readonly ready: true }
  | { readonly table: Omit<FileTable, "path"> }
  | {
      readonly refusal: {
        readonly message: string;
        readonly hint?: string;
        readonly options: { readonly remedy?: string; readonly option?: string };
      };
    }
  | { readonly defect: string };

/**
 * The table, from a worker where there is a page to keep awake, and a worker may be had: where the page's policy
 * (`worker-src`) or its bundler leaves none, this thread reads.
 */
export async function readCsvAside(
  bytes: Uint8Array,
  label: string,
  options: ReadingOptions,
): Promise<Omit<FileTable, "path">> {
  const isPage = typeof document !== "undefined" && typeof Worker === "function";
  const worker = isPage && bytes.length >= LONG ? await startWorker() : undefined;
  if (worker === undefined) return readCsv(bytes, label, options);
  try {
    return await answered(worker, { bytes, label, options });
  } finally {
    worker.terminate();
  }
}

/** A worker that runs; undefined where none may be had. */
async function startWorker(): Promise<Worker | undefined> {
  try {
    const worker = new Worker(new URL("../../dist/read/csv-worker.js", import.meta.url), { type: "module" });
    const isReady = await new Promise<boolean>((resolve) => {
      worker.onmessage = () => resolve(true);
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(false);
      };
    });
    if (isReady) return worker;
    worker.terminate();
  } catch {
    // A policy may forbid it at once.
  }
  return undefined;
}

function answered(worker: Worker, request: CsvRequest): Promise<Omit<FileTable, "path">> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<CsvAnswer>) => {
      if ("table" in data) resolve(data.table);
      else if ("refusal" in data) reject(new UserError(data.refusal.message, data.refusal.hint, data.refusal.options));
      else if ("defect" in data) reject(new Error(data.defect));
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(request);
  });
}
