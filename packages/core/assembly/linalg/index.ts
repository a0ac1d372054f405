/** A module of its own, so that only those who factorise load it; on memory that is not shared, for one thread uses it. */

export { cholesky, choleskyWorkspace } from "./cholesky";
export { accumulate, rotate, tridiagonalise } from "./eigen";
export { qr } from "./qr";

/** Where the module's own constants end: memory from here on is the host's. */
export const heapBase: usize = __heap_base;
