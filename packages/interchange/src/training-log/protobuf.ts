/** As much of Protocol Buffers' encoding (https://protobuf.dev/programming-guides/encoding) as records of scalars need. */

/** A field of a message by its number; `whole` is a whole number ≥ 0 below 2⁵³, `bytes` a text, or a message inside. */
export type Field = { readonly number: number } & (
  | { readonly whole: number }
  | { readonly double: number }
  | { readonly float: number }
  | { readonly bytes: Uint8Array }
);

/** Wire types. */
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

/** Fields one after the other. */
export const message = (...fields: readonly Field[]): Uint8Array => joined(fields.map(encoded));

function encoded(field: Field): Uint8Array {
  if ("bytes" in field) {
    const head = [...key(field, LENGTH), ...varint(field.bytes.length)];
    return joined([Uint8Array.from(head), field.bytes]);
  }
  if ("whole" in field) return Uint8Array.from([...key(field, VARINT), ...varint(field.whole)]);
  const isDouble = "double" in field;
  const head = key(field, isDouble ? FIXED64 : FIXED32);
  const bytes = new Uint8Array(head.length + (isDouble ? 8 : 4));
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  if (isDouble) view.setFloat64(head.length, field.double, true);
  else view.setFloat32(head.length, field.float, true);
  return bytes;
}

const key = ({ number }: Field, wire: number): number[] => varint(number * 8 + wire);

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
