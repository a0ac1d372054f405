/** A worker of a page: reads one CSV table. */
import { UserError } from "@chaingrad/core/user-error";
import { readCsv } from "./csv.ts";
import type { CsvAnswer, CsvRequest } from "./in-worker.ts";

const answer = (message: CsvAnswer): void => postMessage(message);

addEventListener("message", ({ data: { bytes, label, options } }: MessageEvent<CsvRequest>) => {
  try {
    answer({ table: readCsv(bytes, label, options) });
  } catch (error) {
    if (!(error instanceof UserError)) return answer({ defect: String((error as Error).stack ?? error) });
    const { message, hint, remedy, option } = error;
    const options = { ...(remedy === undefined ? {} : { remedy }), ...(option === undefined ? {} : { option }) };
    answer({ refusal: { message, ...(hint === undefined ? {} : { hint }), options } });
  }
});
answer({ ready: true });
