#ifndef WB_KERNEL_H
#define WB_KERNEL_H

#include "CKernels.h"

#include <math.h>
#include <string.h>

// One function, compiled for AVX-512, AVX2 with FMA, and any x86-64. The
// linker's resolver picks by the processor, so one binary runs everywhere.
#if defined(__x86_64__)
#define WB_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WB_KERNEL
#endif

#define WB_INLINE static inline __attribute__((always_inline))

enum { WB_LANES = 16 };

// Adds sixteen lanes as a tree, always in the same order.
WB_INLINE float wb_add_lanes(const float *lane) {
    float half[8], quarter[4];
    for (int i = 0; i < 8; i++) half[i] = lane[i] + lane[i + 8];
    for (int i = 0; i < 4; i++) quarter[i] = half[i] + half[i + 4];
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

WB_INLINE double wb_add_lanes_double(const double *lane) {
    double sum = 0;
    for (int i = 0; i < WB_LANES; i++) sum += lane[i];
    return sum;
}

// e^x within two units in the last place, without a branch, so that loops
// over it vectorize: x = n ln 2 + r, a polynomial for e^r, times 2^n.
// Coefficients: Cephes, expf. Infinity and NaN come out as they should.
WB_INLINE float wb_exp(float x) {
    const float clamped = x > 88.7228f ? 88.7228f : (x < -87.3365f ? -87.3365f : x);
    const float n = __builtin_roundevenf(clamped * 1.44269504088896341f);
    const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const float e = p * r * r + r + 1.0f;
    // Two factors, since 2^128 does not fit one.
    const int32_t exponent = (int32_t)n;
    const int32_t first = exponent >> 1, second = exponent - (exponent >> 1);
    const uint32_t first_bits = (uint32_t)(first + 127) << 23, second_bits = (uint32_t)(second + 127) << 23;
    float a, b;
    memcpy(&a, &first_bits, 4);
    memcpy(&b, &second_bits, 4);
    float result = e * a * b;
    result = x < -87.3365f ? 0.0f : result;
    result = x > 88.7228f ? INFINITY : result;
    return x != x ? x : result;
}

WB_INLINE float wb_half(uint16_t bits) {
    _Float16 half;
    memcpy(&half, &bits, 2);
    return (float)half;
}

#endif
