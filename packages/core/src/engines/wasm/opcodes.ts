/**
 * The instruction set that `compile/` targets and `assembly/` executes. One file, read by both compilers: it is valid
 * TypeScript and valid AssemblyScript, so the two sides cannot drift apart.
 *
 * A plan is a run of 32-bit words in linear memory. Every instruction starts with two words: its opcode and its own
 * length in words (header included). Pointers are byte offsets. An opcode that computes on floats is given for f32;
 * the same opcode + F64 is its f64 form.
 */

/** Added to an opcode to select its f64 form. */
export const F64 = 128;

// ── Instructions ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A fused chain of elementwise operations on elements first + s · stride … + count − 1 for s < segments, run tile by tile
 * so that intermediates stay in L1.
 * [op, len, first, count, segments, stride, splats, body, ...splats × (dst, src), ...body × (micro, flags, dst, a, b, c, d, e)]
 * A splat fills the tile-sized register dst with the scalar at src, once, before the loop. In the body, bits 0..5 of
 * `flags` say whether dst, a, … e advance with the tile (memory) or stay (a tile-sized register in scratch memory).
 */
export const CHAIN = 0;
/** C = op(A) op(B), row-major: [op, len, m, n, k, transposeA, transposeB, a, b, c, lda, ldb, ldc, workspace] */
export const GEMM = 1;
/**
 * dst[o, i] = Σ_r src[o, r, i]: [op, len, dst, src, outer, reduce, inner, stride], where src[o, r, i] is element
 * (o · reduce + r) · stride + i; only a single `outer` may have a stride other than `inner`
 */
export const SUM = 2;
/** dst[o, i] = max_r src[o, r, i], NaN if any is NaN: as SUM */
export const MAX = 3;
/** dst[o, i] = log Σ_r exp src[o, r, i], shifted by the maximum: as SUM */
export const LOGSUMEXP = 4;
/**
 * Counter-based uniform numbers in [0, 1): [op, len, dst, count, key, stream, counter] with key → two i32. A counter
 * makes two uniform numbers or one normal one; the first counter is a multiple of 4.
 */
export const UNIFORM = 5;
/** Counter-based standard normal numbers: as UNIFORM */
export const NORMAL = 6;
/** dst[r, k] = (index[r] = k): [op, len, dst, index, rows, classes]; an index outside 0..classes−1 gives a row of zeros */
export const ONE_HOT = 7;
/** dst[index[r], j] += src[r, j], dst zeroed first: [op, len, dst, src, index, rows, width, dstRows]; traps outside */
export const SCATTER_ROWS = 8;
/** GEMM by one of the host's own libraries: the same words with its number in place of workspace, handed to the import `gemm` */
export const NATIVE_GEMM = 9;

// Instructions without an f64 form.

/** dst[r] = src[index[r]] for rows of bytes: [op, len, dst, src, index, rows, rowBytes, srcRows]; traps outside */
export const GATHER_ROWS = 64;
/**
 * Strided copy, at most 6 axes: [op, len, elementBytes (4 or 8), rank, dst, src, ...dims, ...dstStrides,
 * ...srcStrides], strides in bytes, 0 allowed on the source side (broadcast), negative allowed (flip).
 */
export const COPY = 65;
/** Copy of contiguous bytes: [op, len, dst, src, bytes] */
export const MOVE = 66;
/** Convert: [op, len, dst, src, count, dstType, srcType] with types 0 = f32, 1 = f64, 2 = i32 (truncating) */
export const CAST = 67;
/** Sequence in: copies from item `step` of a table, whose items are `item` bytes long, to dst: [op, len, dst, table, bytes, item] */
export const TAKE = 68;
/** Sequence out: copies src into item `step` of a table: [op, len, table, src, bytes, item] */
export const PUT = 69;
/** The host computes what it knows by this number, on its own thread: [op, len, id] goes to the import `call` */
export const CALL = 70;
/** Nobody goes on before all threads are here: [op, len, control, threads, maySleep, milliseconds] (see THREADS below) */
export const BARRIER = 71;

// ── Threads: the control block, its words on cache lines of their own ──────────────────────────────────────────────

/** Counts the runs that threads take part in; LEAVE sends them away. */
export const JOB = 0;
/** The first step of the run, and (4 bytes on) how many. */
export const JOB_STEPS = 64;
/** How many workers look after this memory. */
export const PRESENT = 72;
/** TRAPPED when a worker met an instruction that it could not execute, ABSENT when it could not begin. */
export const FAILURE = 76;
/** How many of them have begun: are ready to take part. */
export const BEGUN = 80;
/** How many threads have arrived at the barrier. */
export const ARRIVED = 128;
/** Counts the barriers passed; FAILED once a thread has failed. */
export const PASSED = 192;
/** How many threads sleep. */
export const SLEEPERS = 256;
/** Bytes of the control block. */
export const CONTROL_BYTES = 320;

export const TRAPPED = 1;
export const ABSENT = 2;
export const LEAVE = -1;
export const FAILED = -1;

// ── Micro-operations of a chain: dst[i] = f(a[i], b[i], c[i]) ──────────────────────────────────────────────────────
// The elementwise kernels are micro-operations: graph/elementwise-kernels.ts has their numbers. These are the others.

/** dst[i] = a[i] */
export const M_COPY = 31;
/** dst[i] = a[(i / c) mod b], i counted over the whole chain, a never advances: row, column and middle broadcasts */
export const M_BROADCAST = 48;

// Several operations at once, each rounded on its own (compile/fuse.ts).

/** a b + c d */
export const M_SUM_OF_PRODUCTS = 49;
/** a b + c (d e) */
export const M_SUM_OF_SQUARES = 50;
/** a − (b c) / (√d + e) */
export const M_NORMALISED_STEP = 51;
/** a where b < c, else a · 0 */
export const M_GATE = 52;
/** a (b − c d) */
export const M_TIMES_DIFFERENCE = 53;
/** a[i] + b[(i / d) mod c] */
export const M_ADD_ROW = 54;
/** a − b c */
export const M_MINUS_PRODUCT = 55;
/**
 * A sum of products m, a sum of squares v and the normalised step that reads both, in one pass: this micro-operation is
 * the first of the three, and the two behind it are executed with it. All of them advance, or their operands do not change.
 */
export const M_MOMENTS = 56;

/** Elements a chain handles at a time; a scratch register holds this many. */
export const TILE = 512;
