// Sums and scaled sums of float32 vectors.
#include "kernel.h"

WB_KERNEL void wb_add_scaled(float *y, float a, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

WB_KERNEL float wb_dot(const float *a, const float *b, size_t count) {
    float lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] += a[i + (size_t)j] * b[i + (size_t)j];
    }
    for (; i < count; i++) lane[0] += a[i] * b[i];
    return wb_add_lanes(lane);
}

WB_KERNEL double wb_sum_of_squares(const float *a, size_t count) {
    double lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] += (double)a[i + (size_t)j] * (double)a[i + (size_t)j];
    }
    for (; i < count; i++) lane[0] += (double)a[i] * (double)a[i];
    return wb_add_lanes_double(lane);
}

// The place and the key are mixed by the finalizer of MurmurHash3.
WB_KERNEL void wb_dropout(float *out, const float *x, uint64_t key, float rate, size_t first, size_t count) {
    const uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    const uint32_t threshold = (uint32_t)((double)rate * 4294967296.0);
    const float scale = 1.0f / (1.0f - rate);
    for (size_t i = 0; i < count; i++) {
        uint32_t h = (uint32_t)(first + i) ^ low;
        h = (h ^ (h >> 16)) * 0x85ebca6bu;
        h = (h ^ (h >> 13)) * 0xc2b2ae35u;
        h = ((h ^ (h >> 16)) + high) * 0x9e3779b1u;
        h ^= h >> 15;
        out[i] = h < threshold ? 0.0f : x[i] * scale;
    }
}
