/**
 * Products with a block-diagonal matrix blockdiag(W₁ … Wₖ), whose blocks [q, p] are kept below one another in W [k·q, p]: what
 * several networks of one shape compute side by side, each from its own part of every row. Three bilinear products are one
 * family, since the pullbacks of each are the other two:
 *   Z = X blockdiag(W)ᵀ      X̄ = Z̄ blockdiag(W)       W̄ = blocks(Z̄ᵀ X)
 *   X = Z blockdiag(W)       Z̄ = X̄ blockdiag(W)ᵀ      W̄ = blocks(Zᵀ X̄)
 *   W = blocks(Zᵀ X)         Z̄ = X blockdiag(W̄)ᵀ      X̄ = Z blockdiag(W̄)
 * with X [n, k·p] and Z [n, k·q]; blocks(M) are the blocks on the diagonal of M [k·q, k·p], below one another. Over rows i,
 * blocks g, and places a, b in a block, each is the sum of products of the other two over the index that it lacks:
 *   Z[i, g, a]      X[i, g, b]      W[g, a, b]
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { call, infix, type Notation, transposed } from "../graph/notation.ts";
import type { Batched, BlockProduct, Op } from "../graph/op.ts";
import { isFloat, type Shape, ShapeError, sizeOf, type TensorType, tensorType } from "../graph/type.ts";
import { add, mul } from "./ring.ts";
import { batchedAt, reshape } from "./shape.ts";
import { sum } from "./sum-broadcast.ts";

interface BlockAttributes extends Attributes {
  readonly blocks: number;
  /** Which of the three is made; the operands are the other two, in the order Z, X, W. */
  readonly makes: "Z" | "X" | "W";
}

/** n, k, q, p. */
type Sizes = readonly [rows: number, blocks: number, high: number, wide: number];

const ROLES = ["Z", "X", "W"] as const;
type Role = (typeof ROLES)[number];

/** The other two. */
const operandsOf = (makes: Role): Role[] => ROLES.filter((role) => role !== makes);

/** Along n, k, q, p: 1 where a tensor has no such index. */
const spread = (role: Role, [n, k, q, p]: Sizes): Shape =>
  role === "Z" ? [n, k, q, 1] : role === "X" ? [n, k, 1, p] : [1, k, q, p];

/** As a matrix. */
const matrix = (role: Role, [n, k, q, p]: Sizes): Shape =>
  role === "Z" ? [n, k * q] : role === "X" ? [n, k * p] : [k * q, p];

/** The index that is summed over, as an axis of `spread`. */
const LACKS: Readonly<Record<Role, number>> = { Z: 3, X: 2, W: 0 };

/** Throws ShapeError unless the two operands fit. */
function sizesOf([first, second]: readonly TensorType[], { blocks: k, makes }: BlockAttributes): Sizes {
  for (const { shape } of [first, second])
    if (shape.length !== 2) throw new ShapeError("both operands must be matrices");
  if (!isFloat(first) || first.dtype !== second.dtype) throw new ShapeError("operands must be floats of one type");
  const whole = (size: number, what: string): number => {
    if (!Number.isInteger(size / k))
      throw new ShapeError(`${size} ${what} are no whole number for each of ${k} blocks`);
    return size / k;
  };
  const agree = (a: number, b: number, what: string): void => {
    if (a !== b) throw new ShapeError(`${what}, ${a} and ${b}, must agree`);
  };
  const [n, width] = first.shape;
  if (makes === "W") {
    agree(n, second.shape[0], "the numbers of rows");
    return [n, k, whole(width, "columns"), whole(second.shape[1], "columns")];
  }
  const [q, p] = [whole(second.shape[0], "rows"), second.shape[1]];
  agree(whole(width, "columns"), makes === "Z" ? p : q, "the inner sizes of a block");
  return [n, k, q, p];
}

const sizesAt = ({ operands, attributes }: Expr<BlockAttributes>): Sizes =>
  sizesOf(
    operands.map(({ type }) => type),
    attributes,
  );

const blockOp: Op<BlockAttributes> = {
  name: "block-product",
  infer: (operands, attributes) =>
    tensorType(matrix(attributes.makes, sizesOf(operands, attributes)), operands[0].dtype),
  evaluate([first, second], node) {
    const { makes } = node.attributes;
    const sizes = sizesAt(node);
    const result = new Float64Array(sizeOf(node.type.shape));
    const [one, other] = operandsOf(makes);
    const [to, from, by] = [makes, one, other].map((role) => stepsOf(role, sizes));
    const [rows, blocks, high, wide] = sizes;
    for (let i = 0; i < rows; i++)
      for (let g = 0; g < blocks; g++)
        for (let a = 0; a < high; a++) {
          const [at, x, y] = [to, from, by].map(([di, dg, da]) => i * di + g * dg + a * da);
          for (let b = 0; b < wide; b++) result[at + b * to[3]] += first[x + b * from[3]] * second[y + b * by[3]];
        }
    return result;
  },
  jvp({ operands: [a, b], attributes: { makes, blocks } }, [aDot, bDot]) {
    const left = aDot ? product(makes, aDot, b, blocks) : null;
    const right = bDot ? product(makes, a, bDot, blocks) : null;
    return left && right ? add(left, right) : (left ?? right);
  },
  vjp({ operands, attributes: { makes, blocks } }, cotangent, wanted) {
    const roles = operandsOf(makes);
    const known: Partial<Record<Role, Expr>> = { [makes]: cotangent, [roles[0]]: operands[0], [roles[1]]: operands[1] };
    const bar = (role: Role): Expr => {
      const [a, b] = operandsOf(role).map((other) => known[other] as Expr);
      return product(role, a, b, blocks);
    };
    return roles.map((role, i) => (wanted[i] ? bar(role) : null));
  },
  batch(node, operands, size) {
    const { makes, blocks } = node.attributes;
    const [n, ...rest] = sizesAt(node);
    if (makes !== "W" && operands[1].axis === undefined) {
      // Many rows with the same blocks: one after another they are the rows of one matrix.
      const merged = reshape(batchedAt(operands[0], 0, size), matrix(operandsOf(makes)[0], [size * n, ...rest]));
      return { expr: reshape(product(makes, merged, operands[1].expr, blocks), [size, ...node.type.shape]), axis: 0 };
    }
    return summed(makes, operands, [n, ...rest], size);
  },
  decompose(node) {
    const { expr: all } = summed(
      node.attributes.makes,
      node.operands.map((operand) => ({ expr: operand })),
      sizesAt(node),
      1,
    );
    return reshape(all, node.type.shape);
  },
  notation: ([a, b], { attributes: { makes, blocks } }) =>
    makes === "W" ? blocksOfNotation(infix("", transposed(a), b), blocks) : infix("", a, diagonal(b, makes, blocks)),
  /** Of one row x with the blocks: ∂/∂x = blockdiag(W). */
  jacobian([, b], { type, attributes: { makes, blocks } }, operand) {
    if (makes === "W" || operand !== 0 || type.shape[0] !== 1) return undefined;
    const W = call("blockdiag", [b], String(blocks));
    return makes === "Z" ? W : transposed(W);
  },
  kernel: (node) => ({ kind: "block-matmul", ...productOf(node) }),
};

const diagonal = (W: Notation, makes: "Z" | "X", blocks: number): Notation => {
  const all = call("blockdiag", [W], String(blocks));
  return makes === "Z" ? transposed(all) : all;
};

const blocksOfNotation = (of: Notation, blocks: number): Notation => call("blocks", [of], String(blocks));

/** How many places further the next i, g, a and b are. */
const stepsOf = (role: Role, [, k, q, p]: Sizes): readonly number[] =>
  role === "Z" ? [k * q, q, 1, 0] : role === "X" ? [k * p, p, 0, 1] : [0, q * p, p, 1];

/** The sum as it is written above, of `size` values at once: right for any batch, and slow. */
function summed(makes: Role, operands: readonly Batched[], sizes: Sizes, size: number): Batched {
  const roles = operandsOf(makes);
  const [a, b] = operands.map((operand, i) => {
    const many = operand.axis === undefined ? 1 : size;
    const inFront = operand.axis === undefined ? operand.expr : batchedAt(operand, 0, size);
    return reshape(inFront, [many, ...spread(roles[i], sizes)]);
  });
  return { expr: reshape(sum(mul(a, b), [LACKS[makes] + 1]), [size, ...matrix(makes, sizes)]), axis: 0 };
}

/** As products of matrices, block by block: blocks of W are below one another, those of the others side by side. */
function productOf({ attributes: { makes, blocks } }: Expr<BlockAttributes>): BlockProduct {
  const [a, b] = operandsOf(makes);
  const isBelow = (role: Role): boolean => role === "W";
  return {
    ...{ blocks, transposeA: makes === "W", transposeB: makes === "Z" },
    below: { a: isBelow(a), b: isBelow(b), to: isBelow(makes) },
  };
}

const product = (makes: Role, a: Expr, b: Expr, blocks: number): Expr => expr(blockOp, [a, b], { blocks, makes });

/** X blockdiag(W)ᵀ: [n, k·p] with k blocks [q, p], below one another in W [k·q, p], gives [n, k·q]. Throws ShapeError. */
export function timesBlocksTransposed(X: Expr, W: Expr, blocks: number): Expr {
  return product("Z", X, W, blocks);
}

/** Z blockdiag(W): [n, k·q] with k blocks [q, p], below one another in W [k·q, p], gives [n, k·p]. Throws ShapeError. */
export function timesBlocks(Z: Expr, W: Expr, blocks: number): Expr {
  return product("X", Z, W, blocks);
}

/** The k blocks [q, p] on the diagonal of Zᵀ X, below one another: [n, k·q] and [n, k·p] give [k·q, p]. Throws ShapeError. */
export function diagonalBlocks(Z: Expr, X: Expr, blocks: number): Expr {
  return product("W", Z, X, blocks);
}
