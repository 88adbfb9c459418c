// The quantized types of GGUF. Each is one case of `load_block`: 32 numbers
// as unsigned bytes q with w = d * (q - offset), or w = d * q + m. All that
// reads weights is derived from it. Source: the GGUF specification and
// llama.cpp's block layouts.

enum {
    TYPE_F32 = 0, TYPE_F16 = 1, TYPE_Q4_0 = 2, TYPE_Q4_1 = 3, TYPE_Q5_0 = 6, TYPE_Q5_1 = 7, TYPE_Q8_0 = 8,
    TYPE_Q4_K = 12, TYPE_Q5_K = 13, TYPE_Q6_K = 14, TYPE_BF16 = 30,
};

typedef struct {
    v32b q;
    float d[2];  // the scales of the first and the second sixteen
    float m;     // what is added, for types with a minimum
} block32;

WB_INLINE bool is_quantized(uint32_t type) { return type != TYPE_F32 && type != TYPE_F16 && type != TYPE_BF16; }

WB_INLINE int32_t type_offset(uint32_t type) {
    switch (type) {
    case TYPE_Q4_0: return 8;
    case TYPE_Q5_0: return 16;
    case TYPE_Q8_0: return 128;
    case TYPE_Q6_K: return 32;
    default: return 0;
    }
}

WB_INLINE bool has_minimum(uint32_t type) {
    return type == TYPE_Q4_1 || type == TYPE_Q5_1 || type == TYPE_Q4_K || type == TYPE_Q5_K;
}

// Whether each sixteen numbers have a scale of their own.
WB_INLINE bool has_halves(uint32_t type) { return type == TYPE_Q6_K; }

// Whether q reaches 128 and more.
WB_INLINE bool is_wide(uint32_t type) { return type == TYPE_Q8_0; }

// The bytes of `count` numbers from the start of a block or super-block.
WB_INLINE size_t type_bytes(uint32_t type, size_t count) {
    switch (type) {
    case TYPE_F32: return count * 4;
    case TYPE_F16: case TYPE_BF16: return count * 2;
    case TYPE_Q4_0: return count / 32 * 18;
    case TYPE_Q4_1: return count / 32 * 20;
    case TYPE_Q5_0: return count / 32 * 22;
    case TYPE_Q5_1: return count / 32 * 24;
    case TYPE_Q8_0: return count / 32 * 34;
    case TYPE_Q4_K: return count / 256 * 144;
    case TYPE_Q5_K: return count / 256 * 176;
    case TYPE_Q6_K: return count / 256 * 210;
    default: __builtin_trap();
    }
}

WB_INLINE v16b load_16_bytes(const uint8_t *p) { v16b v; memcpy(&v, p, 16); return v; }
WB_INLINE v32b load_32_bytes(const uint8_t *p) { v32b v; memcpy(&v, p, 32); return v; }

WB_INLINE v32b join(v16b a, v16b b) {
    return __builtin_shufflevector(
        a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
        29, 30, 31);
}

// Sixteen bytes hold the first numbers in their low nibbles, the others in the high.
WB_INLINE v32b nibbles(const uint8_t *p) {
    const v16b bytes = load_16_bytes(p);
    return join(bytes, bytes >> 4) & 15;
}

// 16 where the bit of a number is set: its fifth bit.
WB_INLINE v32b fifth_bits(const uint8_t *p) {
    uint32_t bits;
    memcpy(&bits, p, 4);
    const v32b spread = __builtin_shufflevector(
        (v32b)(bits - (v8u){0}), (v32b){0}, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3,
        3, 3, 3, 3, 3, 3);
    const v32b bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128,
                      1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    return (v32b)((spread & bit) == bit) & 16;
}

// Scale and minimum `i` of eight, six bits each in twelve bytes.
WB_INLINE void scale_and_minimum(const uint8_t *p, size_t i, float *scale, float *minimum) {
    if (i < 4) {
        *scale = (float)(p[i] & 63);
        *minimum = (float)(p[i + 4] & 63);
    } else {
        *scale = (float)((p[i + 4] & 15) | (p[i - 4] >> 6) << 4);
        *minimum = (float)((p[i + 4] >> 4) | (p[i] >> 6) << 4);
    }
}

// Block `b` of 32 numbers of a row.
WB_INLINE block32 load_block(uint32_t type, const uint8_t *row, size_t b) {
    block32 block = {.m = 0};
    switch (type) {
    case TYPE_Q4_0: {
        const uint8_t *p = row + b * 18;
        block.q = nibbles(p + 2);
        block.d[0] = block.d[1] = half_to_float1(p);
        break;
    }
    case TYPE_Q4_1: {
        const uint8_t *p = row + b * 20;
        block.q = nibbles(p + 4);
        block.d[0] = block.d[1] = half_to_float1(p);
        block.m = half_to_float1(p + 2);
        break;
    }
    case TYPE_Q5_0: {
        const uint8_t *p = row + b * 22;
        block.q = nibbles(p + 6) | fifth_bits(p + 2);
        block.d[0] = block.d[1] = half_to_float1(p);
        break;
    }
    case TYPE_Q5_1: {
        const uint8_t *p = row + b * 24;
        block.q = nibbles(p + 8) | fifth_bits(p + 4);
        block.d[0] = block.d[1] = half_to_float1(p);
        block.m = half_to_float1(p + 2);
        break;
    }
    case TYPE_Q8_0: {
        const uint8_t *p = row + b * 34;
        block.q = load_32_bytes(p + 2) ^ 128;
        block.d[0] = block.d[1] = half_to_float1(p);
        break;
    }
    case TYPE_Q4_K:
    case TYPE_Q5_K: {
        const uint8_t *p = row + b / 8 * (type == TYPE_Q4_K ? 144 : 176);
        const size_t i = b % 8;
        const uint8_t *low = p + (type == TYPE_Q4_K ? 16 : 48) + i / 2 * 32;
        block.q = (load_32_bytes(low) >> (uint8_t)(i % 2 * 4)) & 15;
        if (type == TYPE_Q5_K) block.q |= ((load_32_bytes(p + 16) >> (uint8_t)i) & 1) << 4;
        float scale, minimum;
        scale_and_minimum(p + 4, i, &scale, &minimum);
        block.d[0] = block.d[1] = half_to_float1(p) * scale;
        block.m = -(half_to_float1(p + 2) * minimum);
        break;
    }
    case TYPE_Q6_K: {
        const uint8_t *p = row + b / 8 * 210;
        const size_t half = b % 8 / 4, i = b % 4;
        const v32b low = load_32_bytes(p + 64 * half + 32 * (i % 2)) >> (uint8_t)(i / 2 * 4) & 15;
        const v32b high = load_32_bytes(p + 128 + 32 * half) >> (uint8_t)(2 * i) & 3;
        const int8_t *scales = (const int8_t *)(p + 192) + 8 * half + 2 * i;
        const float d = half_to_float1(p + 208);
        block.q = low | high << 4;
        block.d[0] = d * (float)scales[0];
        block.d[1] = d * (float)scales[1];
        break;
    }
    default: __builtin_trap();
    }
    return block;
}

// The numbers of sixteen bytes of a block's q.
WB_INLINE v16f block_values(uint32_t type, const block32 *block, int half) {
    const v16b q = half == 0
        ? __builtin_shufflevector(block->q, block->q, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        : __builtin_shufflevector(
              block->q, block->q, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
    const v16f value = WB_CONVERT(v16f, WB_CONVERT(v16i, q) - type_offset(type));
    return value * block->d[half] + block->m;
}

// Runs `CALL(type)` with the type as a constant, so that each gets code of its own.
#define WB_FOR_QUANTIZED(type, CALL)                                                                                   \
    switch (type) {                                                                                                    \
    case TYPE_Q4_0: CALL(TYPE_Q4_0); break;                                                                            \
    case TYPE_Q4_1: CALL(TYPE_Q4_1); break;                                                                            \
    case TYPE_Q5_0: CALL(TYPE_Q5_0); break;                                                                            \
    case TYPE_Q5_1: CALL(TYPE_Q5_1); break;                                                                            \
    case TYPE_Q8_0: CALL(TYPE_Q8_0); break;                                                                            \
    case TYPE_Q4_K: CALL(TYPE_Q4_K); break;                                                                            \
    case TYPE_Q5_K: CALL(TYPE_Q5_K); break;                                                                            \
    case TYPE_Q6_K: CALL(TYPE_Q6_K); break;                                                                            \
    default: __builtin_trap();                                                                                         \
    }
