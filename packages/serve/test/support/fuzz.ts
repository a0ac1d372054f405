/** Bodies that were right until something happened to them: the same for the same number. */
import { threefry, uniformAt } from "@chaingrad/core/given";
import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { ARROW, CAR, TRUCK } from "./models.ts";

const names = Object.keys(CAR) as (keyof typeof CAR)[];
const columns = Object.fromEntries(names.map((name) => [name, [CAR[name], TRUCK[name]]]));
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const SEEDS: readonly { readonly type: string; readonly bytes: Uint8Array }[] = [
  { type: "application/json", bytes: text(CAR) },
  { type: "application/json", bytes: text([CAR, TRUCK]) },
  { type: "application/json", bytes: text(columns) },
  {
    type: "text/csv",
    bytes: new TextEncoder().encode(
      `${names}\n${names.map((name) => CAR[name])}\n${names.map((name) => TRUCK[name] ?? "")}\n`,
    ),
  },
  { type: ARROW, bytes: tableToIPC(tableFromArrays(columns), { format: "stream" }) as Uint8Array },
  {
    type: "application/vnd.apache.arrow.file",
    bytes: tableToIPC(tableFromArrays(columns), { format: "file" }) as Uint8Array,
  },
];

const SNIPPETS = [
  ...[
    '"',
    "{",
    "}",
    "[",
    "]",
    "[[[[[[[[[[[[[[[[[[[[",
    ",",
    ":",
    "\n",
    "\r",
    "\0",
    "null",
    "true",
    "1e999",
    "-0",
    "NaN",
  ],
  ...['"__proto__":', '"constructor":', "\ufeff", "\ud800", "'", ";", "\t", "9".repeat(400), "é", "2024-02-31"],
].map((snippet) => new TextEncoder().encode(snippet));

/** Request number `n`: its type and its body. */
export function malformed(n: number): { readonly type: string; readonly body: Buffer } {
  const key = threefry(n, 0, 0, 0);
  let drawn = 0;
  const below = (size: number): number => Math.floor(uniformAt(key, 0, drawn++) * size);
  const { type, bytes } = SEEDS[below(SEEDS.length)];
  let body = Buffer.from(bytes);
  for (let left = 1 + below(4); left > 0; left--) {
    const [at, kind] = [below(body.length + 1), below(5)];
    const length = below(20);
    if (kind === 0 && at < body.length) body[at] = below(256);
    else if (kind === 1) body = Buffer.concat([body.subarray(0, at), body.subarray(at + length)]);
    else if (kind === 2) body = Buffer.concat([body.subarray(0, at + length), body.subarray(at)]);
    else if (kind === 3)
      body = Buffer.concat([body.subarray(0, at), SNIPPETS[below(SNIPPETS.length)], body.subarray(at)]);
    else body = body.subarray(0, at);
  }
  // One in ten says that it is something else.
  return { type: below(10) === 0 ? SEEDS[below(SEEDS.length)].type : type, body };
}
