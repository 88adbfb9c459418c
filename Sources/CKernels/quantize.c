// Float32 to quantized blocks; the K types are in kernels/quantize.h.
#include "CKernels.h"

#include <math.h>
#include <string.h>

typedef struct { uint16_t d; uint8_t q[16]; } block_q4_0;
typedef struct { uint16_t d, m; uint8_t q[16]; } block_q4_1;
typedef struct { uint16_t d; uint8_t fifth[4], q[16]; } block_q5_0;
typedef struct { uint16_t d, m; uint8_t fifth[4], q[16]; } block_q5_1;
typedef struct { uint16_t d; int8_t q[32]; } block_q8_0;
typedef struct { float d; uint8_t q[32]; } block_nf4;
_Static_assert(
    sizeof(block_q4_0) == 18 && sizeof(block_q4_1) == 20 && sizeof(block_q5_0) == 22 && sizeof(block_q5_1) == 24 &&
        sizeof(block_q8_0) == 34 && sizeof(block_nf4) == 36,
    "block sizes");

bool wb_are_within(const float *in, float limit, size_t count) {
    int isOutside = 0;
    for (size_t i = 0; i < count; i++) isOutside |= !(fabsf(in[i]) <= limit);
    return !isOutside;
}

// Rounds as llama.cpp's reference quantizers do, so that files agree.

static uint8_t clamped(float value, int highest) {
    const int q = (int)(value);
    return (uint8_t)(q < 0 ? 0 : (q > highest ? highest : q));
}

// Zero for a scale without an inverse: it is zero in float16 as well.
static float inverse_of(float d) { return fabsf(d) > 1e-38f ? 1 / d : 0; }

static uint8_t nibble(float value) { return clamped(value, 15); }

static void quantize_q4_0(block_q4_0 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float extreme = 0, magnitude = 0;
        for (int j = 0; j < 32; j++) {
            if (fabsf(in[j]) > magnitude) { magnitude = fabsf(in[j]); extreme = in[j]; }
        }
        const float d = extreme / -8, inverse = inverse_of(d);
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
        const float d = (high - low) / 15, inverse = inverse_of(d);
        wb_float_to_half(&out[b].d, &d, 1);
        wb_float_to_half(&out[b].m, &low, 1);
        for (int j = 0; j < 16; j++) {
            out[b].q[j] =
                (uint8_t)(nibble((in[j] - low) * inverse + 0.5f) | nibble((in[j + 16] - low) * inverse + 0.5f) << 4);
        }
    }
}

// Low nibbles as in Q4, the fifth bits together in 32 bits.
static void pack_q5(uint8_t *nibbles, uint8_t *fifth, const uint8_t *q) {
    uint32_t bits = 0;
    for (int j = 0; j < 16; j++) nibbles[j] = (uint8_t)((q[j] & 15) | (q[j + 16] & 15) << 4);
    for (int j = 0; j < 32; j++) bits |= (uint32_t)(q[j] >> 4) << j;
    memcpy(fifth, &bits, 4);
}

static void quantize_q5_0(block_q5_0 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float extreme = 0, magnitude = 0;
        for (int j = 0; j < 32; j++) {
            if (fabsf(in[j]) > magnitude) { magnitude = fabsf(in[j]); extreme = in[j]; }
        }
        const float d = extreme / -16, inverse = inverse_of(d);
        uint8_t q[32];
        for (int j = 0; j < 32; j++) q[j] = clamped(in[j] * inverse + 16.5f, 31);
        wb_float_to_half(&out[b].d, &d, 1);
        pack_q5(out[b].q, out[b].fifth, q);
    }
}

static void quantize_q5_1(block_q5_1 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float low = in[0], high = in[0];
        for (int j = 1; j < 32; j++) {
            low = fminf(low, in[j]);
            high = fmaxf(high, in[j]);
        }
        const float d = (high - low) / 31, inverse = inverse_of(d);
        uint8_t q[32];
        for (int j = 0; j < 32; j++) q[j] = clamped((in[j] - low) * inverse + 0.5f, 31);
        wb_float_to_half(&out[b].d, &d, 1);
        wb_float_to_half(&out[b].m, &low, 1);
        pack_q5(out[b].q, out[b].fifth, q);
    }
}

static void quantize_q8_0(block_q8_0 *out, const float *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, in += 32) {
        float magnitude = 0;
        for (int j = 0; j < 32; j++) magnitude = fmaxf(magnitude, fabsf(in[j]));
        const float d = magnitude / 127, inverse = inverse_of(d);
        wb_float_to_half(&out[b].d, &d, 1);
        for (int j = 0; j < 32; j++) out[b].q[j] = (int8_t)roundf(in[j] * inverse);
    }
}

// The upper half of each, rounded to nearest, ties to even; NaN stays NaN.
static void quantize_bf16(uint16_t *out, const float *in, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &in[i], 4);
        const bool isNaN = (bits & 0x7fffffff) > 0x7f800000;
        out[i] = (uint16_t)((isNaN ? bits | 0x400000 : bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}

const float wb_nf4_code[16] = {
    -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
    -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
    0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
    0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
};

// As bitsandbytes: a number halfway between two codes gets the lower one.
static void quantize_nf4(block_nf4 *out, const float *in, size_t blocks) {
    float bounds[15];
    for (int k = 0; k < 15; k++) bounds[k] = (wb_nf4_code[k] + wb_nf4_code[k + 1]) / 2;
    for (size_t b = 0; b < blocks; b++, in += 64) {
        float magnitude = 0;
        for (int j = 0; j < 64; j++) magnitude = fmaxf(magnitude, fabsf(in[j]));
        const float inverse = 1 / fmaxf(magnitude, 1e-38f);
        uint8_t q[64] = {0};
        for (int k = 0; k < 15; k++) {
            for (int j = 0; j < 64; j++) q[j] = (uint8_t)(q[j] + (in[j] * inverse > bounds[k]));
        }
        out[b].d = magnitude;
        for (int j = 0; j < 32; j++) out[b].q[j] = (uint8_t)(q[2 * j] << 4 | q[2 * j + 1]);
    }
}

void wb_quantize(void *out, const float *in, uint32_t type, size_t count) {
    switch (type) {
    case 0: memcpy(out, in, count * sizeof(float)); break;
    case 1: wb_float_to_half(out, in, count); break;
    case 2: quantize_q4_0(out, in, count / 32); break;
    case 3: quantize_q4_1(out, in, count / 32); break;
    case 6: quantize_q5_0(out, in, count / 32); break;
    case 7: quantize_q5_1(out, in, count / 32); break;
    case 8: quantize_q8_0(out, in, count / 32); break;
    case 12: case 13: case 14: wb_quantize_super(out, in, type, count); break;
    case 30: quantize_bf16(out, in, count); break;
    case WB_NF4: quantize_nf4(out, in, count / 64); break;
    default: __builtin_trap();
    }
}
