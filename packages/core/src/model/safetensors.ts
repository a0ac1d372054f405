/**
 * The safetensors container: 8 bytes of header length (u64, little-endian), a JSON header, then the tensors' bytes.
 * https://github.com/huggingface/safetensors — any reader of that format opens these files. A file is not trusted:
 * lengths, offsets and shapes are checked before anything is read.
 */
import { wholeNumber } from "../nn/options.ts";
import { conform, FormatError, parseJson } from "./form.ts";

/** A tensor as a file holds it. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** The content of a safetensors file. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, SavedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: "F32" | "F64";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const BYTES = { F32: 4, F64: 8 };
/** A third of what the format allows: reading it takes some times its size. */
const LARGEST_HEADER = 32_000_000;

/** The same tensors and metadata always give the same bytes. */
export function encodeSafetensors(file: Safetensors): Uint8Array {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  for (const [name, { shape, values }] of Object.entries(file.tensors)) {
    const dtype = values instanceof Float32Array ? "F32" : "F64";
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the header keep the tensors aligned for readers that map the file.
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end).fill(0x20, 8, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(text, 8);
  let offset = 8 + headerBytes;
  for (const { values } of Object.values(file.tensors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return bytes;
}

/** Throws FormatError on a file that is cut short, is no safetensors file, or whose header does not fit its data. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { __metadata__: metadata, ...entries } = readHeader(bytes);
  const start = 8 + headerLength(bytes);
  let expected = 0;
  const tensors = Object.entries(entries)
    .map(([name, entry]) => [name, checkEntry(name, entry)] as const)
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
    .map(([name, entry]) => {
      const [from, to] = entry.data_offsets;
      if (from !== expected)
        throw new FormatError(`the header is wrong: '${name}' starts at byte ${from}, not ${expected}`);
      if (start + to > bytes.length) {
        throw new FormatError(
          `the file is cut short: '${name}' ends at byte ${start + to}, the file at ${bytes.length}`,
        );
      }
      expected = to;
      return [name, { shape: entry.shape, values: readValues(bytes, start + from, entry) }] as const;
    });
  if (start + expected !== bytes.length) {
    throw new FormatError(`the header is wrong: it describes ${start + expected} bytes of a file of ${bytes.length}`);
  }
  return { tensors: Object.fromEntries(tensors), metadata: checkMetadata(metadata) };
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw new FormatError(`a safetensors file has at least 8 bytes, this one has ${bytes.length}`);
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

function readHeader(bytes: Uint8Array): Record<string, unknown> {
  const length = headerLength(bytes);
  if (length > LARGEST_HEADER)
    throw new FormatError(`it claims a header of ${length} bytes, and ${LARGEST_HEADER} are the most: no model file`);
  if (8 + length > bytes.length) {
    throw new FormatError(
      `the file is cut short: its header should end at byte ${8 + length}, the file ends at ${bytes.length}`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
  } catch (cause) {
    throw new FormatError("no safetensors file: its header is no text", { cause });
  }
  const header = parseJson("no safetensors file: its header", text);
  conform("the header", header, {});
  return header as Record<string, unknown>;
}

function checkEntry(name: string, entry: unknown): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<HeaderEntry>;
  if (dtype !== "F32" && dtype !== "F64") {
    throw new FormatError(`tensor '${name}' has element type ${JSON.stringify(dtype)}; F32 and F64 are read here`);
  }
  if (
    !Array.isArray(shape) ||
    !shape.every(wholeNumber.holds) ||
    !Array.isArray(offsets) ||
    !offsets.every(wholeNumber.holds)
  ) {
    throw new FormatError(`the header is wrong: '${name}' has no proper shape or offsets`);
  }
  const bytes = shape.reduce((product, size) => product * size, BYTES[dtype]);
  if (offsets.length !== 2 || offsets[1] - offsets[0] !== bytes) {
    throw new FormatError(`the header is wrong: '${name}' of ${bytes} bytes has the offsets [${offsets}]`);
  }
  return entry as HeaderEntry;
}

function checkMetadata(metadata: unknown = {}): Record<string, string> {
  conform("__metadata__", metadata, {});
  const checked = metadata as Record<string, string>;
  for (const key in checked) conform(`__metadata__.${key}`, checked[key], "");
  return checked;
}

function readValues(bytes: Uint8Array, from: number, { dtype, shape }: HeaderEntry): Float32Array | Float64Array {
  const count = shape.reduce((product, size) => product * size, 1);
  // A copy, because the file's bytes need not be aligned (and Node's Buffer.slice is none).
  const copy = new Uint8Array(bytes.subarray(from, from + count * BYTES[dtype])).buffer;
  return dtype === "F32" ? new Float32Array(copy) : new Float64Array(copy);
}
