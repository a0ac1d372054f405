/** The type of a tensor: its shape and the kind of number it holds. Everything static is decided from these. */

/** Floating-point element types: single and double precision (IEEE 754 binary32, binary64). */
export type FloatType = "f32" | "f64";
/** Element types. `i32` holds labels, row indices and random keys; nothing is differentiated through it. */
export type DType = FloatType | "i32";
/** How long a tensor is along each axis; [] is a scalar. */
export type Shape = readonly number[];

/** What a tensor is: its shape and the type of its elements. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Operands whose shapes or element types do not fit together. The message says which, and what was expected. */
export class ShapeError extends Error {
  override readonly name: string = "ShapeError";
}

export function tensorType(shape: Shape, dtype: DType): TensorType {
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) throw new ShapeError(`a shape holds whole numbers ≥ 0, got [${shape}]`);
  }
  return { shape, dtype };
}

/** Number of elements; 1 for a scalar (shape []). */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

export function isFloat(type: TensorType): boolean {
  return type.dtype !== "i32";
}

/** "[5, 3]" */
export const printShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** "f32[32, 16]"; a scalar is "f32". */
export function printType(type: TensorType): string {
  return type.shape.length === 0 ? type.dtype : `${type.dtype}[${type.shape.join(", ")}]`;
}
