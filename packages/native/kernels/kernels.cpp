/**
 * The interpreter of plans, for one kind of processor: a plan is a stream of words (packages/core/src/engines/wasm/opcodes.ts, of which
 * opcodes.hpp is made), and running it is walking along the stream. It is compiled once for each kind, in a namespace of its own.
 */
#include "opcodes.hpp"

#include "chain.hpp"
#include "libraries.hpp"
#include "product.hpp"
#include "random.hpp"
#include "reduce.hpp"
#include "threads.hpp"

namespace NAMESPACE {

struct Walk {
  char *memory;
  int step;

  template <class T> T *at(int32_t word) const { return (T *)(memory + uint32_t(word)); }

  /** The instructions that have a form for each precision. */
  template <class T> int compute(int op, const int32_t *p) const {
    switch (op) {
      case CHAIN: return chain<T>(p, memory) ? HEALTHY : UNKNOWN;
      case GEMM: {
        const Product<T> product{p[2], p[3], p[4], p[5] != 0, p[6] != 0, at<T>(p[7]), at<T>(p[8]), at<T>(p[9]), p[10], p[11], p[12]};
        gemm<T>(product, at<T>(p[13]));
        return HEALTHY;
      }
      case NATIVE_GEMM:
        return multiply(p[13], sizeof(T) == 8, p[5] != 0, p[6] != 0, p[2], p[3], p[4], at<T>(p[7]), p[10], at<T>(p[8]), p[11], at<T>(p[9]), p[12])
          ? HEALTHY : UNKNOWN;
      case SUM:
      case MAX:
      case LOGSUMEXP: reduce<T>(op, at<T>(p[2]), at<T>(p[3]), p[4], p[5], p[6], p[7]); return HEALTHY;
      case UNIFORM:
      case NORMAL: random<T>(op == NORMAL, at<T>(p[2]), p[3], at<uint32_t>(p[4]), p[5], p[6]); return HEALTHY;
      case ONE_HOT: oneHot<T>(at<T>(p[2]), at<uint32_t>(p[3]), p[4], p[5]); return HEALTHY;
      case SCATTER_ROWS:
        return scatterRows<T>(at<T>(p[2]), at<T>(p[3]), at<uint32_t>(p[4]), p[5], p[6], p[7]) ? HEALTHY : OUTSIDE;
      default: return UNKNOWN;
    }
  }

  /** The instructions that move bytes. */
  int move(int op, const int32_t *p) const {
    char *to = at<char>(p[2]);
    const char *from = at<char>(p[3]);
    switch (op) {
      case GATHER_ROWS: return gatherRows(to, from, at<uint32_t>(p[4]), p[5], p[6], p[7]) ? HEALTHY : OUTSIDE;
      case COPY: copyAxes(p[2], p[3], 0, p + 6, at<char>(p[4]), at<char>(p[5])); return HEALTHY;
      case MOVE: copyBytes(to, from, p[4]); return HEALTHY;
      case CAST: cast(to, from, p[4], p[5], p[6]); return HEALTHY;
      case TAKE: copyBytes(to, from + int64_t(step) * p[5], p[4]); return HEALTHY;
      case PUT: copyBytes(to + int64_t(step) * p[5], from, p[4]); return HEALTHY;
      case BARRIER: return barrier(at<int32_t>(p[2]), p[3], p[4] != 0, p[5]) ? HEALTHY : FAILED_ELSEWHERE;
      default: return UNKNOWN;
    }
  }

  int execute(const int32_t *p) const {
    const int op = p[0];
    if (op & F64) return compute<double>(op ^ F64, p);
    return op < GATHER_ROWS ? compute<float>(op, p) : move(op, p);
  }
};

int run(char *memory, uint32_t plan, int words, int first, int steps) {
  const int32_t *const begin = (const int32_t *)(memory + plan);
  for (int step = first; step < first + steps; step++) {
    const Walk walk{memory, step};
    for (const int32_t *p = begin; p < begin + words; p += p[1])
      if (const int state = walk.execute(p); state != HEALTHY) return state;
  }
  return HEALTHY;
}

int64_t workspace(int m, int n, int k, int bytes) { return workspaceFor(m, n, k, bytes); }

bool awaitChange(char *memory, uint32_t word, int old) { return changes((const int32_t *)(memory + word), old); }

} // namespace NAMESPACE
