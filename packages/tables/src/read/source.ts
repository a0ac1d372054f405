/** From what the user gave to the bytes of a table, unpacked, with a name to call it. */
import { UserError } from "@chaingrad/core/user-error";
import { isGzip } from "./content.ts";
import { gunzip } from "./gzip.ts";

/**
 * A File or Blob, bytes, an answer of `fetch`, an address to fetch, a stream of bytes, or the text of the table itself.
 */
export type TableSource = Blob | ArrayBuffer | Uint8Array | Response | URL | ReadableStream<Uint8Array> | string;

export interface Content {
  readonly bytes: Uint8Array;
  /** Without folders; undefined where the source has none. */
  readonly name: string | undefined;
}

/**
 * All bytes of a table, and its name.
 * @throws UserError where it cannot be fetched or unpacked, or is no source
 */
export async function contentOf(source: TableSource, name?: string): Promise<Content> {
  const own = name ?? nameOf(source);
  const label = labelOf(own);
  const bytes = await bytesOf(source, label);
  return { bytes: isGzip(bytes) ? await gunzip(bytes, label) : bytes, name: own };
}

/** What messages call a table of that name. */
export const labelOf = (name: string | undefined): string => (name === undefined ? "the table" : `'${name}'`);

function nameOf(source: TableSource): string | undefined {
  if (typeof File !== "undefined" && source instanceof File) return source.name;
  const url = source instanceof URL ? source.href : source instanceof Response ? source.url : "";
  if (!/^https?:|^file:/.test(url)) return undefined;
  return decodeURIComponent(new URL(url).pathname.replace(/^.*\//, "")) || undefined;
}

async function bytesOf(source: TableSource, label: string): Promise<Uint8Array> {
  if (typeof source === "string") return textBytes(source);
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof URL) return bytesOf(await fetched(source, label), label);
  if (source instanceof Response) {
    if (!source.ok) throw new UserError(`cannot read ${label}: the server answers ${source.status}`);
    return new Uint8Array(await source.arrayBuffer());
  }
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (source instanceof ReadableStream) return new Uint8Array(await new Response(source as BodyInit).arrayBuffer());
  throw new UserError(
    `a table cannot be read from ${source === null ? "null" : typeof source}`,
    "Expected a File or Blob, bytes, a Response, a URL, a stream of bytes, or the table's text.",
  );
}

/** No table is one line long, but an address is. */
function textBytes(text: string): Uint8Array {
  if (/^\S+\.(?:[ct]sv|jsonl?|ndjson|parquet|arrow)(?:\.gz)?$/i.test(text)) {
    throw new UserError(
      `'${text}' is the name of a table, not its text`,
      "To fetch it, give its address: new URL(name, location.href).",
    );
  }
  return new TextEncoder().encode(text);
}

async function fetched(url: URL, label: string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    throw new UserError(`cannot read ${label}: ${url.origin} cannot be reached`, undefined, { cause });
  }
}
