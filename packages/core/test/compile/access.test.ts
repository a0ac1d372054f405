/** Rectangles of memory: what two accesses have in common, against counting bytes. A conflict must never be missed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, bytesOf, overlap } from "../../src/compile/access.ts";
import { buffer } from "../../src/compile/memory.ts";
import { tensorType } from "../../src/graph/type.ts";

const memory = buffer("memory", tensorType([100], "f32"), { persistent: false });

/** `columns` of `rows` rows of a matrix, from (row, column) on; whole rows are contiguous, as the compiler writes them. */
function rectangle(stride: number, row: number, column: number, rows: number, columns: number): Access {
  const start = row * stride + column;
  if (columns === stride || rows === 1) {
    const width = rows * columns;
    return { buffer: memory, start, rows: 1, width, stride: width, write: true };
  }
  return { buffer: memory, start, rows, width: columns, stride, write: true };
}

const within = (stride: number): fc.Arbitrary<Access> =>
  fc
    .record({ row: fc.nat(4), column: fc.nat(stride - 1), rows: fc.integer({ min: 1, max: 4 }) })
    .chain(({ row, column, rows }) =>
      fc.integer({ min: 1, max: stride - column }).map((columns) => rectangle(stride, row, column, rows, columns)),
    );

function bytes({ start, rows, width, stride }: Access): Set<number> {
  return new Set(Array.from({ length: rows * width }, (_, i) => start + Math.floor(i / width) * stride + (i % width)));
}

const common = (a: Access, b: Access): number => [...bytes(a)].filter((byte) => bytes(b).has(byte)).length;

test("parts of one matrix have exactly their common bytes", () => {
  // Contiguous parts that are not whole rows have lost their matrix, and are only bounded.
  const isWhole = ({ rows, start, width }: Access): boolean => rows > 1 || (start % 12 === 0 && width % 12 === 0);
  fc.assert(
    fc.property(within(12).filter(isWhole), within(12).filter(isWhole), (a, b) => {
      fc.pre(a.rows > 1 || b.rows > 1);
      expect(overlap(a, b)).toBe(common(a, b));
      expect(overlap(b, a)).toBe(common(a, b));
    }),
  );
});

test("parts of different matrices have at least their common bytes, and none when they are apart", () => {
  const strides = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(strides.chain(within), strides.chain(within), (a, b) => {
      expect(overlap(a, b)).toBeGreaterThanOrEqual(common(a, b));
      expect(overlap(a, b)).toBeLessThanOrEqual(Math.min(bytesOf(a), bytesOf(b)));
      const end = ({ start, rows, width, stride }: Access): number => start + (rows - 1) * stride + width;
      if (end(a) <= b.start || end(b) <= a.start) expect(overlap(a, b)).toBe(0);
    }),
    { numRuns: 1000 },
  );
});
