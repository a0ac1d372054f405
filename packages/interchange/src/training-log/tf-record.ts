/**
 * TFRecord, the framing of TensorBoard's event files: length (8 bytes, little-endian), its checksum, the bytes, their checksum.
 * (tensorflow/core/lib/io/record_writer.h)
 */
import { joined } from "./protobuf.ts";

export function record(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return joined([length, masked(length), bytes, masked(bytes)]);
}

/** A checksum that may be checksummed again: rotated right by 15 bits, and a constant added. */
function masked(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, ((crc >>> 15) | (crc << 17)) + 0xa282ead8, true);
  return four;
}

/** CRC-32C (Castagnoli), reflected: 0x1EDC6F41 read from its other end. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** Of RFC 3720, appendix B.4: of 32 bytes of zeros 0x8A9136AA. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
