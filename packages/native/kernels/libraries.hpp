/** Libraries of the host that multiply matrices, and what the interpreter of plans answers. */
#pragma once
#include <cstdint>

/** What came of a run: all is well, another thread failed, an instruction is not known, an index lies outside of its table. */
enum Outcome { FAILED_ELSEWHERE = 0, HEALTHY = 1, UNKNOWN = 2, OUTSIDE = 3 };

/** Multiplies by the library of this number. False where there is none, or it refuses. */
bool multiply(int library, bool wide, bool transposeA, bool transposeB, int m, int n, int k, const void *a, int lda, const void *b, int ldb, void *c, int ldc);
