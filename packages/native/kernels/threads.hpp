/**
 * Where threads wait for each other. Waiting is spinning for some microseconds, because the others are seldom far behind, and then
 * sleep. Nobody waits for ever for a thread that died: a barrier gives up after a time and says so.
 */
#pragma once
#include <cstdint>
#include <ctime>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace NAMESPACE {

/** Looks before sleep, with a pause after each: some tens of microseconds. */
constexpr int SPINS = 2000;
/** A sleep is cut into naps, so that a process that was stopped for a while is not mistaken for one that died. */
constexpr int NAPS = 10;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

inline int32_t look(const int32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }

/** Whether the word changes from `old` while it is looked at for a short time. */
inline bool changes(const int32_t *word, int32_t old) {
  for (int i = 0; i < SPINS; i++, pause())
    if (look(word) != old) return true;
  return false;
}

inline void nap(const int32_t *word, int32_t old, int64_t nanoseconds) {
#if defined(__linux__)
  const timespec time{nanoseconds / 1000000000, nanoseconds % 1000000000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, &time, nullptr, 0);
#else
  for (int64_t slept = 0; slept < nanoseconds && look(word) == old; slept += 50000) {
    const timespec time{0, 50000};
    nanosleep(&time, nullptr);
  }
#endif
}

inline void wake(const int32_t *control, const int32_t *word) {
#if defined(__linux__)
  if (look(control + SLEEPERS / 4) > 0) syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
#else
  (void)control;
  (void)word;
#endif
}

/** Returns when all threads have called it. False when one of them failed, or did not come in time. */
inline bool barrier(int32_t *control, int threads, bool maySleep, int milliseconds) {
  int32_t *const passed = control + PASSED / 4;
  int32_t *const sleepers = control + SLEEPERS / 4;
  int32_t old = look(passed);
  if (old == FAILED) return false;
  if (__atomic_fetch_add(control + ARRIVED / 4, 1, __ATOMIC_SEQ_CST) == threads - 1) {
    __atomic_store_n(control + ARRIVED / 4, 0, __ATOMIC_SEQ_CST);
    // Unless somebody failed meanwhile; the count stays clear of FAILED.
    const bool passes = __atomic_compare_exchange_n(passed, &old, (old + 1) & 0x7fffffff, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    wake(control, passed);
    return passes;
  }
  if (changes(passed, old)) return look(passed) != FAILED;
  if (maySleep) __atomic_fetch_add(sleepers, 1, __ATOMIC_SEQ_CST);
  for (int i = 0; i < NAPS && look(passed) == old; i++) nap(passed, old, int64_t(milliseconds) * 1000000 / NAPS);
  if (maySleep) __atomic_fetch_sub(sleepers, 1, __ATOMIC_SEQ_CST);
  if (look(passed) != old) return look(passed) != FAILED;
  __atomic_store_n(passed, FAILED, __ATOMIC_SEQ_CST);
  wake(control, passed);
  return false;
}

} // namespace NAMESPACE
