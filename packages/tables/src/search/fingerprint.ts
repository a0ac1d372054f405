/** A name for rows as numbers, so that trials of one table are not taken for those of another. */
import type { Prepared } from "../table/prepare.ts";

/** Fowler, Noll & Vo's hash (FNV-1a, 32 bits), over words; two of them, from different starts. */
const PRIME = 0x01000193;
const STARTS = [0x811c9dc5, 0x9747b28c];

/** Of the rows for training and for validation. */
export function fingerprint({ data }: Pick<Prepared, "data">): string {
  const lists = [data.train, data.validation].flatMap(({ x, y, weight = [] }) => [x, y, weight]);
  return STARTS.map((start) => {
    let hash = start;
    for (const list of lists) {
      for (const word of new Uint32Array(Float64Array.from([list.length, ...Array.from(list)]).buffer))
        hash = Math.imul(hash ^ word, PRIME);
    }
    return (hash >>> 0).toString(16).padStart(8, "0");
  }).join("");
}
