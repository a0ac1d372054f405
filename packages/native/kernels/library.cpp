/** What the library shows: the interpreter for this processor, and the host's own libraries by number. */
#include "libraries.hpp"

#include <dlfcn.h>

#include <mutex>

#define INTERPRETER(NAME)                                                                                              \
  namespace NAME {                                                                                                     \
  int run(char *memory, uint32_t plan, int words, int first, int steps);                                               \
  int64_t workspace(int m, int n, int k, int bytes);                                                                   \
  bool awaitChange(char *memory, uint32_t word, int old);                                                              \
  }
INTERPRETER(plain)
#if defined(__x86_64__)
INTERPRETER(avx2)
INTERPRETER(avx512)
#endif

namespace {

struct Interpreter {
  const char *name;
  bool isHere;
  int (*run)(char *, uint32_t, int, int, int);
  int64_t (*workspace)(int, int, int, int);
  bool (*awaitChange)(char *, uint32_t, int);
};

#if defined(__x86_64__)
/** A constructor of its own, as what tells processors apart must be begun first. */
const bool begun = (__builtin_cpu_init(), true);
const bool hasFma = begun && __builtin_cpu_supports("avx") && __builtin_cpu_supports("fma");
const bool hasAvx2 = hasFma && __builtin_cpu_supports("avx2");
const bool hasAvx512 = hasAvx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif

/** From the least to the most. */
const Interpreter interpreters[] = {
#if defined(__x86_64__)
  {"FMA", hasFma, plain::run, plain::workspace, plain::awaitChange},
  {"AVX2", hasAvx2, avx2::run, avx2::workspace, avx2::awaitChange},
  {"AVX-512", hasAvx512, avx512::run, avx512::workspace, avx512::awaitChange},
#else
  {"NEON", true, plain::run, plain::workspace, plain::awaitChange},
#endif
};
constexpr int KINDS = sizeof(interpreters) / sizeof(interpreters[0]);

enum Kind { CBLAS = 0, CBLAS_64 = 1, ONE_DNN = 2 };
struct Library {
  int kind;
  void *single, *wide;
};
constexpr int MOST_LIBRARIES = 64;
Library libraries[MOST_LIBRARIES];
int known = 0;
std::mutex knowing;

template <class Integer, class T>
void cblas(void *function, bool transposeA, bool transposeB, int m, int n, int k, const void *a, int lda, const void *b, int ldb, void *c, int ldc) {
  using Gemm = void (*)(int, int, int, Integer, Integer, Integer, T, const void *, Integer, const void *, Integer, T, void *, Integer);
  constexpr int ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112;
  ((Gemm)function)(ROW_MAJOR, transposeA ? TRANSPOSED : PLAIN, transposeB ? TRANSPOSED : PLAIN, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
}

} // namespace

bool multiply(int number, bool wide, bool transposeA, bool transposeB, int m, int n, int k, const void *a, int lda, const void *b, int ldb, void *c, int ldc) {
  if (number < 0 || number >= known) return false;
  const Library &own = libraries[number];
  void *const function = wide ? own.wide : own.single;
  if (function == nullptr) return false;
  if (own.kind == ONE_DNN) {
    using Gemm = int (*)(char, char, int64_t, int64_t, int64_t, float, const void *, int64_t, const void *, int64_t, float, void *, int64_t);
    return ((Gemm)function)(transposeA ? 'T' : 'N', transposeB ? 'T' : 'N', m, n, k, 1, a, lda, b, ldb, 0, c, ldc) == 0;
  }
  const auto call = own.kind == CBLAS ? (wide ? cblas<int, double> : cblas<int, float>) : (wide ? cblas<int64_t, double> : cblas<int64_t, float>);
  call(function, transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc);
  return true;
}

extern "C" {

/** The vectors of processors of this kind, "AVX-512"; null where this is none of them, or there are no more kinds. Kinds are counted from 0. */
const char *chaingrad_processor(int kind) {
  return kind >= 0 && kind < KINDS && interpreters[kind].isHere ? interpreters[kind].name : nullptr;
}

/** Runs steps first … first + steps − 1 of the plan of so many words at `plan`; an Outcome. */
int chaingrad_run(int kind, char *memory, uint32_t plan, int words, int first, int steps) {
  return interpreters[kind].run(memory, plan, words, first, steps);
}

/** Bytes of workspace that a product needs. */
int64_t chaingrad_workspace(int kind, int m, int n, int k, int bytes) { return interpreters[kind].workspace(m, n, k, bytes); }

/** Looks at a word for a short time: whether it changes from `old`. */
bool chaingrad_await(int kind, char *memory, uint32_t word, int old) { return interpreters[kind].awaitChange(memory, word, old); }

/** The number by which plans know a library from now on, in all threads; −1 where it cannot be had. */
int chaingrad_library(const char *path, int kind, const char *single, const char *wide) {
  void *const handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (handle == nullptr) return -1;
  const Library own{kind, dlsym(handle, single), wide[0] ? dlsym(handle, wide) : nullptr};
  if (own.single == nullptr) return -1;
  const std::lock_guard<std::mutex> alone(knowing);
  for (int i = 0; i < known; i++)
    if (libraries[i].single == own.single && libraries[i].wide == own.wide) return i;
  if (known == MOST_LIBRARIES) return -1;
  libraries[known] = own;
  return known++;
}
}
