/**
 * Arrow IPC whose lengths can be believed. A reader of files makes room for as many entries as a vector says it has and goes
 * where an offset points, and a few bytes from the network may say anything: here every length is held against the bytes that
 * are there before the reader sees them (Arrow columnar format 1.5, "Serialization and Interprocess Communication"; FlatBuffers
 * internals). Only flat columns pass: cells are no lists.
 */

/** What is wrong, in words. */
export class ArrowError extends Error {
  override readonly name: string = "ArrowError";
}

const MAGIC = "ARROW1";
/** By what Message.fbs and Schema.fbs number them. */
const HEADER = { schema: 1, dictionary: 2, batch: 3 } as const;
const [NULL, UTF8, LARGE_UTF8] = [1, 5, 20];
/** Bytes of an offset. */
const WIDTHS: Readonly<Record<number, 4 | 8>> = { [UTF8]: 4, [LARGE_UTF8]: 8 };
/** Version 4 of the format, of 2017. */
const LEAST_VERSION = 3;

interface Field {
  readonly type: number;
  /** The number of its dictionary, where it has one. */
  readonly dictionary: bigint | undefined;
}

/** A table of FlatBuffers: where it stands, and where each of its fields does. */
class Flat {
  readonly view: DataView;
  readonly #place: number;
  readonly #fields: number;
  readonly #size: number;

  /** @param at where the offset to the table stands */
  constructor(view: DataView, at: number) {
    this.view = view;
    this.#place = at + view.getInt32(at, true);
    this.#fields = this.#place - view.getInt32(this.#place, true);
    this.#size = view.getInt16(this.#fields, true);
  }

  at(slot: number): number | undefined {
    const offset = slot < this.#size ? this.view.getInt16(this.#fields + slot, true) : 0;
    return offset === 0 ? undefined : this.#place + offset;
  }

  read<T>(slot: number, read: (view: DataView, at: number) => T, otherwise: T): T {
    const at = this.at(slot);
    return at === undefined ? otherwise : read(this.view, at);
  }

  table(slot: number): Flat | undefined {
    return this.read<Flat | undefined>(slot, (view, at) => new Flat(view, at), undefined);
  }

  /** Where the entries of a vector stand, if there is room for all of them. */
  vector(slot: number, stride: number): number[] {
    return this.read(
      slot,
      (view, at) => {
        const base = at + view.getInt32(at, true);
        const length = view.getInt32(base, true);
        if (length < 0 || base + 4 + length * stride > view.byteLength)
          throw new ArrowError(`a vector of ${length} entries does not fit into its message`);
        return Array.from({ length }, (_, i) => base + 4 + i * stride);
      },
      [],
    );
  }
}

const byte = (view: DataView, at: number): number => view.getUint8(at);
const short = (view: DataView, at: number): number => view.getInt16(at, true);
const long = (view: DataView, at: number): bigint => view.getBigInt64(at, true);

/**
 * The stream in the bytes, of a stream or a file (a file is a stream with more around it), and its rows.
 * Throws ArrowError on what does not hold together.
 * @param most rows that a batch may have
 */
export function boundedArrow(bytes: Uint8Array, most: number): { readonly stream: Uint8Array; readonly rows: number } {
  const isFile = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
  const stream = isFile ? bytes.subarray(8) : bytes;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  try {
    return { stream, rows: new Messages(view, most).rows() };
  } catch (error) {
    throw error instanceof RangeError ? new ArrowError("an offset leads out of its message", { cause: error }) : error;
  }
}

/** The messages of a stream, one after the other. */
class Messages {
  readonly #view: DataView;
  readonly #most: bigint;
  #fields: readonly Field[] | undefined;

  constructor(view: DataView, most: number) {
    this.#view = view;
    this.#most = BigInt(most);
  }

  rows(): number {
    let [rows, at] = [0n, 0];
    while (at + 4 <= this.#view.byteLength) {
      const isContinued = this.#view.getInt32(at, true) === -1;
      const length = this.#view.getInt32(at + (isContinued ? 4 : 0), true);
      at += isContinued ? 8 : 4;
      if (length === 0) break;
      if (length < 0 || at + length > this.#view.byteLength) throw new ArrowError("a message is cut off");
      const head = this.#part(at, length);
      const body = at + length;
      const message = new Flat(head, 0);
      const size = message.read(10, long, 0n);
      if (size < 0n || BigInt(body) + size > BigInt(this.#view.byteLength)) throw new ArrowError("a body is cut off");
      rows += this.#check(message, this.#part(body, Number(size)));
      at = body + Number(size);
    }
    if (this.#fields === undefined) throw new ArrowError("there is no schema");
    return Number(rows);
  }

  #part(at: number, length: number): DataView {
    return new DataView(this.#view.buffer, this.#view.byteOffset + at, length);
  }

  /** @returns the rows of the message */
  #check(message: Flat, body: DataView): bigint {
    if (message.read(4, short, 0) < LEAST_VERSION) throw new ArrowError("it is of a version before 0.8");
    const type = message.read(6, byte, 0);
    const header = message.table(8);
    if (header === undefined) throw new ArrowError("a message has no header");
    if (type === HEADER.schema) {
      this.#fields ??= fieldsOf(header);
      return 0n;
    }
    if (this.#fields === undefined) throw new ArrowError("there is no schema before the data");
    if (type === HEADER.batch) return this.#checkBatch(header, body, this.#fields);
    if (type !== HEADER.dictionary) throw new ArrowError(`there is no message of type ${type}`);
    const id = header.read(4, long, 0n);
    const own = this.#fields.find(({ dictionary }) => dictionary === id);
    const data = header.table(6);
    if (own === undefined || data === undefined) throw new ArrowError("a dictionary belongs to no column");
    this.#checkBatch(data, body, [{ ...own, dictionary: undefined }]);
    return 0n;
  }

  #checkBatch(batch: Flat, body: DataView, fields: readonly Field[]): bigint {
    if (batch.at(10) !== undefined) throw new ArrowError("its buffers are compressed: send them as they are");
    const head = batch.view;
    const rows = batch.read(4, long, 0n);
    const nodes = batch.vector(6, 16).map((at) => long(head, at));
    const regions = batch.vector(8, 16).map((at) => [long(head, at), long(head, at + 8)] as const);
    const isRight = (length: bigint): boolean => length >= 0n && length <= this.#most;
    if (!isRight(rows) || !nodes.every(isRight)) throw new ArrowError(`a batch has more than ${this.#most} rows`);
    if (regions.some(([at, length]) => at < 0n || length < 0n || at + length > BigInt(body.byteLength)))
      throw new ArrowError("a buffer leads out of its body");
    if (nodes.length !== fields.length || batch.vector(12, 8).length > 0)
      throw new ArrowError(`a batch has ${nodes.length} columns, the schema ${fields.length}`);
    let region = 0;
    for (const [i, { type, dictionary }] of fields.entries()) {
      const width = dictionary === undefined ? WIDTHS[type] : undefined;
      if (width !== undefined && region + 2 < regions.length)
        checkOffsets(body, regions[region + 1], Number(nodes[i]), width);
      region += width !== undefined ? 3 : type === NULL && dictionary === undefined ? 0 : 2;
    }
    if (region !== regions.length) throw new ArrowError("a batch has other buffers than its columns");
    return rows;
  }
}

/** Texts that overlap would be read again and again: offsets ascend. */
function checkOffsets(body: DataView, [at, length]: readonly [bigint, bigint], rows: number, width: 4 | 8): void {
  if (rows === 0) return;
  if (Number(length) < (rows + 1) * width) throw new ArrowError("a column of texts is cut off");
  const read = (i: number): number =>
    width === 4 ? body.getInt32(Number(at) + 4 * i, true) : Number(body.getBigInt64(Number(at) + 8 * i, true));
  let before = read(0);
  for (let i = 1; i <= rows; i++) {
    const next = read(i);
    if (next < before || before < 0) throw new ArrowError("the offsets of a column of texts do not ascend");
    before = next;
  }
}

function fieldsOf(schema: Flat): Field[] {
  schema.vector(8, 4);
  return schema.vector(6, 4).map((at) => {
    const field = new Flat(schema.view, at);
    field.vector(16, 4);
    const type = field.read(8, byte, 0);
    if (field.vector(14, 4).length > 0 || !FLAT.has(type))
      throw new ArrowError("a column holds lists, structs or binary data, which are no cells");
    return { type, dictionary: field.table(12)?.read(4, long, 0n) };
  });
}

/** Null, Int, FloatingPoint, Utf8, Bool, Decimal, Date, Time, Timestamp, LargeUtf8. */
const FLAT: ReadonlySet<number> = new Set([NULL, 2, 3, UTF8, 6, 7, 8, 9, 10, LARGE_UTF8]);
