/**
 * Counter-based random numbers: element i is a function of (key, stream, i), so any part of a sequence can be drawn anywhere, with the
 * same bits. The function is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as
 * 1, 2, 3").
 */
#pragma once
#include <cmath>
#include "vector.hpp"

namespace NAMESPACE {

constexpr int COUNTERS = 16;
typedef uint32_t Counters[COUNTERS];

inline void threefry(Counters &x0, Counters &x1, const uint32_t *key, uint32_t stream, uint32_t counter) {
  static const int rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t keys[3] = {key[0], key[1], 0x1bd11bda ^ key[0] ^ key[1]};
  for (int i = 0; i < COUNTERS; i++) {
    x0[i] = stream + keys[0];
    x1[i] = counter + keys[1] + i;
  }
  for (int group = 0; group < 5; group++) {
    for (int round = 0; round < 4; round++) {
      const int rotation = rotations[4 * (group & 1) + round];
      for (int i = 0; i < COUNTERS; i++) {
        x0[i] += x1[i];
        x1[i] = (x1[i] << rotation | x1[i] >> (32 - rotation)) ^ x0[i];
      }
    }
    for (int i = 0; i < COUNTERS; i++) {
      x0[i] += keys[(group + 1) % 3];
      x1[i] += keys[(group + 2) % 3] + group + 1;
    }
  }
}

/** Uniform: a counter's two words are two elements. Normal: they are the arguments of one, by Box and Muller (1958). */
template <class T> inline void random(bool normal, T *to, int count, const uint32_t *key, uint32_t stream, uint32_t counter) {
  constexpr double scale = 5.9604644775390625e-8; // 2⁻²⁴
  for (; count > 0; counter += COUNTERS) {
    Counters x0, x1;
    threefry(x0, x1, key, stream, counter);
    for (int i = 0; i < COUNTERS && count > 0; i++) {
      if (normal) {
        const double radius = ::sqrt(-2 * ::log(scale * (double(x0[i] >> 8) + 1)));
        *to++ = T(radius * ::cos(6.283185307179586 * scale * double(x1[i] >> 8)));
        count--;
      } else {
        *to++ = T(float(x0[i] >> 8) * float(scale));
        if (--count > 0) {
          *to++ = T(float(x1[i] >> 8) * float(scale));
          count--;
        }
      }
    }
  }
}

} // namespace NAMESPACE
