/**
 * Inputs as DuckDB reads them: text in UTF-8, and a workbook's sheet as CSV. What is so already stays where it is; of all
 * else a copy is made, which begins with a byte order mark, so that what is written from it says its encoding, too.
 */
import { isUtf8 } from "node:buffer";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { decoderOf, type Encoding, headEncoding, sheetText, Windows1252Probe } from "@chaingrad/tables/rules";
import { withTemporaryFolder } from "./files/temporary.ts";
import { type Input, inputOf } from "./input.ts";

/** What is done with inputs, and what is to be said of them. */
type Work<T> = (inputs: readonly Input[], notes: readonly string[]) => Promise<T>;

/** Runs `work` on text files in UTF-8. Throws UserError where the caller names what is no encoding. */
export async function withUtf8<T>(inputs: readonly Input[], given: string | undefined, work: Work<T>): Promise<T> {
  const each = async (done: readonly Input[], notes: readonly string[]): Promise<T> => {
    const input = inputs[done.length];
    if (input === undefined) return work(done, [...new Set(notes)]);
    const encoding = headEncoding(input.head, given) ?? (given === undefined ? await fullEncoding(input) : undefined);
    if (encoding === undefined) return each([...done, input], notes);
    const said = encoding.note === undefined ? notes : [...notes, encoding.note];
    return withCopy(input, decodedPieces(input, encoding), (copy) => each([...done, copy], said));
  };
  return each([], []);
}

/** Runs `work` on a sheet of a workbook as CSV. Throws UserError as `sheetText`. */
export async function withSheet<T>(input: Input, sheet: string | undefined, work: Work<T>): Promise<T> {
  const { text, notes } = await sheetText(await readFile(input.file), input.label, sheet);
  return withCopy(input, [text], (copy) => work([copy], notes));
}

async function withCopy<T>(
  { label, first }: Input,
  pieces: Iterable<string> | AsyncIterable<string>,
  work: (copy: Input) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, "decoded");
    await pipeline(Readable.from(pieces), createWriteStream(file));
    return work(await inputOf(file, { label, first }));
  });
}

async function* decodedPieces({ file }: Input, encoding: Encoding): AsyncGenerator<string> {
  const decode = decoderOf(encoding);
  yield "\uFEFF";
  for await (const piece of createReadStream(file)) yield decode(piece as Buffer, true);
  yield decode(new Uint8Array(), false);
}

/** What the whole of a file tells that is no UTF-8. */
async function fullEncoding(input: Input): Promise<Encoding | undefined> {
  if (await isUtf8File(input)) return undefined;
  const probe = new Windows1252Probe();
  for await (const piece of createReadStream(input.file)) probe.add(piece as Buffer);
  return probe.encoding();
}

async function isUtf8File({ file, head, whole }: Input): Promise<boolean> {
  if (whole) return isUtf8(head);
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer]);
    const end = characterEnd(bytes);
    if (!isUtf8(bytes.subarray(0, end))) return false;
    rest = bytes.subarray(end);
  }
  return isUtf8(rest);
}

/** The end of the last whole character, which is at most three bytes before that of the piece. */
function characterEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return back < length ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
