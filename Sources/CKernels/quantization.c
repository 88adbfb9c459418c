// Quantized blocks to float32 and back.
#include "kernel.h"

typedef struct { uint16_t d; uint8_t q[16]; } block_q4_0;
typedef struct { uint16_t d, m; uint8_t q[16]; } block_q4_1;
typedef struct { uint16_t d; int8_t q[32]; } block_q8_0;
_Static_assert(sizeof(block_q4_0) == 18 && sizeof(block_q4_1) == 20 && sizeof(block_q8_0) == 34, "GGUF block sizes");

WB_KERNEL static void dequantize_q4_0(float *out, const block_q4_0 *block, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, out += 32) {
        const float d = wb_half(block[b].d);
        for (int j = 0; j < 16; j++) {
            out[j] = d * (float)((int)(block[b].q[j] & 15) - 8);
            out[j + 16] = d * (float)((int)(block[b].q[j] >> 4) - 8);
        }
    }
}

WB_KERNEL static void dequantize_q4_1(float *out, const block_q4_1 *block, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, out += 32) {
        const float d = wb_half(block[b].d), m = wb_half(block[b].m);
        for (int j = 0; j < 16; j++) {
            out[j] = d * (float)(block[b].q[j] & 15) + m;
            out[j + 16] = d * (float)(block[b].q[j] >> 4) + m;
        }
    }
}

WB_KERNEL static void dequantize_q8_0(float *out, const block_q8_0 *block, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, out += 32) {
        const float d = wb_half(block[b].d);
        for (int j = 0; j < 32; j++) out[j] = d * (float)block[b].q[j];
    }
}

WB_KERNEL void wb_half_to_float(float *out, const uint16_t *in, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = wb_half(in[i]);
}

WB_KERNEL void wb_float_to_half(uint16_t *out, const float *in, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const _Float16 half = (_Float16)in[i];
        memcpy(&out[i], &half, 2);
    }
}

void wb_dequantize(float *out, const void *source, uint32_t type, size_t count) {
    switch (type) {
    case 0: memcpy(out, source, count * sizeof(float)); break;
    case 1: wb_half_to_float(out, source, count); break;
    case 2: dequantize_q4_0(out, source, count / 32); break;
    case 3: dequantize_q4_1(out, source, count / 32); break;
    case 8: dequantize_q8_0(out, source, count / 32); break;
    default: __builtin_trap();
    }
}

// Rounds as llama.cpp's reference quantizers do, so that files agree.

static uint8_t nibble(float value) {
    const int q = (int)(value);
    return (uint8_t)(q < 0 ? 0 : (q > 15 ? 15 : q));
}

static void quantize_q4_0(block_q4_0 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float extreme = 0, magnitude = 0;
        for (int j = 0; j < 32; j++) {
            if (fabsf(in[j]) > magnitude) { magnitude = fabsf(in[j]); extreme = in[j]; }
        }
        const float d = extreme / -8, inverse = d != 0 ? 1 / d : 0;
        wb_float_to_half(&out[b].d, &d, 1);
        for (int j = 0; j < 16; j++) {
            out[b].q[j] = (uint8_t)(nibble(in[j] * inverse + 8.5f) | nibble(in[j + 16] * inverse + 8.5f) << 4);
        }
    }
}

static void quantize_q4_1(block_q4_1 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float low = in[0], high = in[0];
        for (int j = 1; j < 32; j++) {
            low = fminf(low, in[j]);
            high = fmaxf(high, in[j]);
        }
        const float d = (high - low) / 15, inverse = d != 0 ? 1 / d : 0;
        wb_float_to_half(&out[b].d, &d, 1);
        wb_float_to_half(&out[b].m, &low, 1);
        for (int j = 0; j < 16; j++) {
            out[b].q[j] =
                (uint8_t)(nibble((in[j] - low) * inverse + 0.5f) | nibble((in[j + 16] - low) * inverse + 0.5f) << 4);
        }
    }
}

static void quantize_q8_0(block_q8_0 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float magnitude = 0;
        for (int j = 0; j < 32; j++) magnitude = fmaxf(magnitude, fabsf(in[j]));
        const float d = magnitude / 127, inverse = d != 0 ? 1 / d : 0;
        wb_float_to_half(&out[b].d, &d, 1);
        for (int j = 0; j < 32; j++) out[b].q[j] = (int8_t)roundf(in[j] * inverse);
    }
}

void wb_quantize(void *out, const float *in, uint32_t type, size_t count) {
    switch (type) {
    case 0: memcpy(out, in, count * sizeof(float)); break;
    case 1: wb_float_to_half(out, in, count); break;
    case 2: quantize_q4_0(out, in, count / 32); break;
    case 3: quantize_q4_1(out, in, count / 32); break;
    case 8: quantize_q8_0(out, in, count / 32); break;
    default: __builtin_trap();
    }
}

// Products of quantized rows with a float32 vector: what decoding does.

WB_KERNEL static float dot_q4_0(const block_q4_0 *block, const float *x, size_t blocks) {
    float low[WB_LANES] = {0}, high[WB_LANES] = {0};
    for (size_t b = 0; b < blocks; b++, x += 32) {
        const float d = wb_half(block[b].d);
        for (int j = 0; j < 16; j++) {
            low[j] += d * (float)((int)(block[b].q[j] & 15) - 8) * x[j];
            high[j] += d * (float)((int)(block[b].q[j] >> 4) - 8) * x[j + 16];
        }
    }
    for (int j = 0; j < WB_LANES; j++) low[j] += high[j];
    return wb_add_lanes(low);
}

WB_KERNEL static float dot_q4_1(const block_q4_1 *block, const float *x, size_t blocks) {
    float low[WB_LANES] = {0}, high[WB_LANES] = {0};
    for (size_t b = 0; b < blocks; b++, x += 32) {
        const float d = wb_half(block[b].d), m = wb_half(block[b].m);
        for (int j = 0; j < 16; j++) {
            low[j] += (d * (float)(block[b].q[j] & 15) + m) * x[j];
            high[j] += (d * (float)(block[b].q[j] >> 4) + m) * x[j + 16];
        }
    }
    for (int j = 0; j < WB_LANES; j++) low[j] += high[j];
    return wb_add_lanes(low);
}

WB_KERNEL static float dot_q8_0(const block_q8_0 *block, const float *x, size_t blocks) {
    float low[WB_LANES] = {0}, high[WB_LANES] = {0};
    for (size_t b = 0; b < blocks; b++, x += 32) {
        const float d = wb_half(block[b].d);
        for (int j = 0; j < 16; j++) {
            low[j] += d * (float)block[b].q[j] * x[j];
            high[j] += d * (float)block[b].q[j + 16] * x[j + 16];
        }
    }
    for (int j = 0; j < WB_LANES; j++) low[j] += high[j];
    return wb_add_lanes(low);
}

WB_KERNEL static float dot_f16(const uint16_t *row, const float *x, size_t count) {
    float lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] += wb_half(row[i + (size_t)j]) * x[i + (size_t)j];
    }
    for (; i < count; i++) lane[0] += wb_half(row[i]) * x[i];
    return wb_add_lanes(lane);
}

void wb_matrix_vector(
    float *out, const void *weight, uint32_t type, size_t row_bytes, const float *x, size_t rows, size_t columns) {
    const uint8_t *row = weight;
    for (size_t r = 0; r < rows; r++, row += row_bytes) {
        switch (type) {
        case 0: out[r] = wb_dot((const float *)row, x, columns); break;
        case 1: out[r] = dot_f16((const uint16_t *)row, x, columns); break;
        case 2: out[r] = dot_q4_0((const block_q4_0 *)row, x, columns / 32); break;
        case 3: out[r] = dot_q4_1((const block_q4_1 *)row, x, columns / 32); break;
        case 8: out[r] = dot_q8_0((const block_q8_0 *)row, x, columns / 32); break;
        default: __builtin_trap();
        }
    }
}
