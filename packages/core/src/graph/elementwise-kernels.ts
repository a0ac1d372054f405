/**
 * The elementwise kernels: y[i] = f(a[i], b[i], c[i]). A constant here is all that says that there is one: its name is the
 * kernel's (M_LESS_EQUAL is "less-equal"), its value is the kernel's number in plans, and where the value lies says what it
 * takes and what it costs. The file is valid TypeScript and valid AssemblyScript, and both compilers read it: what evaluates,
 * continues or writes kernels is typed by these names (graph/op.ts), and assembly/ does not compile without a case for each.
 */

// 0 to 15: two operands, an instruction or a few.
export const M_ADD = 0;
export const M_SUB = 1;
export const M_MUL = 2;
export const M_DIV = 3;
/** NaN if either is NaN, like IEEE 754 maximum */
export const M_MAXIMUM = 4;
export const M_MINIMUM = 5;
/** 1 where a < b, else 0 */
export const M_LESS = 6;
export const M_LESS_EQUAL = 7;
export const M_EQUAL = 8;

// 16 to 31: one operand, an instruction or a few.
export const M_NEG = 16;
export const M_ABS = 17;
/** −1, 0 or 1; NaN stays NaN */
export const M_SIGN = 18;
export const M_SQRT = 19;
/** max(a, 0), NaN stays NaN */
export const M_RELU = 20;
export const M_FLOOR = 21;
/** 1 / a */
export const M_RECIPROCAL = 22;

// 32 to 47: three operands.
/** a ≠ 0 ? b : c (the branch not taken may be NaN) */
export const M_WHERE = 32;

// 64 to 79: one operand, as many instructions as ten of the above, in the precision of the operand.
export const M_EXP = 64;
export const M_LOG = 65;
export const M_TANH = 66;
export const M_SIGMOID = 67;
/** log(1 + eᵃ), without overflow */
export const M_SOFTPLUS = 68;

// 80 to 95: the same, through f64 whatever the operand is: for what training seldom calls.
export const M_EXPM1 = 80;
export const M_LOG1P = 81;
export const M_ERF = 82;
export const M_SIN = 83;
export const M_COS = 84;
export const M_TAN = 85;
export const M_ATAN = 86;

// 96 to 111: two operands, through f64.
export const M_POW = 96;
