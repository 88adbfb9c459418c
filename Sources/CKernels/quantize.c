// Float32 to quantized blocks.
#include "CKernels.h"

#include <math.h>
#include <string.h>

typedef struct { uint16_t d; uint8_t q[16]; } block_q4_0;
typedef struct { uint16_t d, m; uint8_t q[16]; } block_q4_1;
typedef struct { uint16_t d; uint8_t fifth[4], q[16]; } block_q5_0;
typedef struct { uint16_t d, m; uint8_t fifth[4], q[16]; } block_q5_1;
typedef struct { uint16_t d; int8_t q[32]; } block_q8_0;
_Static_assert(
    sizeof(block_q4_0) == 18 && sizeof(block_q4_1) == 20 && sizeof(block_q5_0) == 22 && sizeof(block_q5_1) == 24 &&
        sizeof(block_q8_0) == 34,
    "GGUF block sizes");

// Rounds as llama.cpp's reference quantizers do, so that files agree.

static uint8_t clamped(float value, int highest) {
    const int q = (int)(value);
    return (uint8_t)(q < 0 ? 0 : (q > highest ? highest : q));
}

static uint8_t nibble(float value) { return clamped(value, 15); }

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
        const float d = extreme / -16, inverse = d != 0 ? 1 / d : 0;
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
        const float d = (high - low) / 31, inverse = d != 0 ? 1 / d : 0;
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
    case 6: quantize_q5_0(out, in, count / 32); break;
    case 7: quantize_q5_1(out, in, count / 32); break;
    case 8: quantize_q8_0(out, in, count / 32); break;
    default: __builtin_trap();
    }
}
