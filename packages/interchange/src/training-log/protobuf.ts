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
export const message = (...fields: readonly Field[]): Uint8Array => joined(fields.flatMap(encoded));

function encoded(field: Field): Uint8Array[] {
  const key = (wire: number): Uint8Array => varint(field.number * 8 + wire);
  if ("whole" in field) return [key(VARINT), varint(field.whole)];
  if ("bytes" in field) return [key(LENGTH), varint(field.bytes.length), field.bytes];
  const isDouble = "double" in field;
  const view = new DataView(new ArrayBuffer(isDouble ? 8 : 4));
  if (isDouble) view.setFloat64(0, field.double, true);
  else view.setFloat32(0, field.float, true);
  return [key(isDouble ? FIXED64 : FIXED32), new Uint8Array(view.buffer)];
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Uint8Array.from([...bytes, value]);
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
