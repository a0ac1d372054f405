/** The order of numbers, without a comparison: what metrics of many rows spend most of their time on. */

/**
 * The places of the numbers in ascending order, equal ones (0 and −0 too) in the order given: a radix sort by each byte of
 * their bits, from the last on. NaN comes last.
 */
export function ascending(values: ArrayLike<number>): Uint32Array {
  const { length } = values;
  const keys = sortableBytes(values);
  let order = new Uint32Array(length).map((_, place) => place);
  let next = new Uint32Array(length);
  const starts = new Uint32Array(256);
  for (let digit = 0; digit < 8; digit++) {
    starts.fill(0);
    for (let place = 0; place < length; place++) starts[keys[8 * place + digit]]++;
    // All alike: nothing moves.
    if (starts[keys[digit]] === length) continue;
    let start = 0;
    for (let byte = 0; byte < 256; byte++) {
      const count = starts[byte];
      starts[byte] = start;
      start += count;
    }
    for (let i = 0; i < length; i++) next[starts[keys[8 * order[i] + digit]]++] = order[i];
    [order, next] = [next, order];
  }
  return order;
}

/** Eight bytes a number, the last one first, that are ordered as the numbers are: a sign bit set, or all bits of a negative turned. */
function sortableBytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (let place = 0; place < values.length; place++) {
    const value = values[place];
    view.setFloat64(8 * place, Number.isNaN(value) ? Number.NaN : value + 0, true); // −0 + 0 is 0
    const high = view.getInt32(8 * place + 4, true);
    const turned = high >> 31;
    view.setInt32(8 * place, view.getInt32(8 * place, true) ^ turned, true);
    view.setInt32(8 * place + 4, high ^ (turned | 0x80000000), true);
  }
  return bytes;
}
