/** gzip, unpacked by the host; what it calls cut off or damaged, and files of more than one member. */
import { badGzip } from "./refusals.ts";

class GzipError extends Error {
  override readonly name: string = "GzipError";
  /** The data ends too early; otherwise it is damaged, or goes on behind its end. */
  readonly isCut: boolean;
  constructor(isCut: boolean, cause: unknown) {
    super("gzip", { cause });
    this.isCut = isCut;
  }
}

/** @throws UserError where the data is cut off or damaged */
export async function gunzip(bytes: Uint8Array, label: string): Promise<Uint8Array> {
  try {
    return await inflate(bytes).catch((error: GzipError) => {
      if (error.isCut) throw error;
      return members(bytes);
    });
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    throw badGzip(label, error.isCut, error);
  }
}

/** Bytes handed on at a time. */
const PIECE = 1 << 16;

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new DecompressionStream("gzip");
  const unpacked = new Response(stream.readable).arrayBuffer();
  // Whoever waits for the writer hears of a failure first.
  unpacked.catch(() => {});
  const writer = stream.writable.getWriter();
  let isWritten = false;
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      await writer.ready;
      await writer.write(bytes.slice(at, at + PIECE));
    }
    isWritten = true;
    await writer.close();
    return new Uint8Array(await unpacked);
  } catch (cause) {
    throw new GzipError(isWritten, cause);
  }
}

/** One member after the other, for browsers unpack no more than one. Where another begins, what stands before it is whole. */
async function members(bytes: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = nextMark(bytes, 1); ; at = nextMark(bytes, at + 1)) {
    try {
      parts.push(await inflate(bytes.subarray(start, at)));
      start = at;
    } catch (error) {
      if (at === bytes.length) throw error;
    }
    if (at === bytes.length) return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  }
}

/** The next place where a member may begin; the end where there is none. */
function nextMark(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x1f, from); at >= 0; at = bytes.indexOf(0x1f, at + 1))
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && bytes[at + 3] < 0x20) return at;
  return bytes.length;
}
