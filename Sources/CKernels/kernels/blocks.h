// The quantized types of GGUF, and NF4. Each is one case of `load_block`: 32
// numbers as unsigned bytes q with w = d * (q - offset), or w = d * q + m, or
// w = d * code[q]. All code that reads weights is derived from it. Source: the GGUF
// specification and llama.cpp's block layouts; for NF4, Dettmers et al.,
// "QLoRA", arXiv 2305.14314.

enum {
    TYPE_F32 = 0, TYPE_F16 = 1, TYPE_Q4_0 = 2, TYPE_Q4_1 = 3, TYPE_Q5_0 = 6, TYPE_Q5_1 = 7, TYPE_Q8_0 = 8,
    TYPE_Q2_K = 10, TYPE_Q3_K = 11, TYPE_Q4_K = 12, TYPE_Q5_K = 13, TYPE_Q6_K = 14, TYPE_IQ4_NL = 20, TYPE_BF16 = 30,
    TYPE_NF4 = WB_NF4,
};

typedef struct {
    v32b q;
    float d[2];  // the scales of the first and the second sixteen
    float m[2];  // what is added to each, for types with a minimum
} block32;

WB_INLINE bool is_quantized(uint32_t type) { return type != TYPE_F32 && type != TYPE_F16 && type != TYPE_BF16; }

WB_INLINE int32_t type_offset(uint32_t type) {
    switch (type) {
    case TYPE_Q4_0: return 8;
    case TYPE_Q5_0: return 16;
    case TYPE_Q8_0: case TYPE_IQ4_NL: return 128;
    case TYPE_Q3_K: return 4;
    case TYPE_Q6_K: return 32;
    default: return 0;
    }
}

WB_INLINE bool has_minimum(uint32_t type) {
    return type == TYPE_Q4_1 || type == TYPE_Q5_1 || type == TYPE_Q2_K || type == TYPE_Q4_K || type == TYPE_Q5_K;
}

// Whether every sixteen numbers have their own scale.
WB_INLINE bool has_halves(uint32_t type) { return type == TYPE_Q2_K || type == TYPE_Q3_K || type == TYPE_Q6_K; }

WB_INLINE size_t scale_groups(uint32_t type) { return has_halves(type) ? 2 : 1; }

// Whether q can be 128 or more.
WB_INLINE bool is_wide(uint32_t type) { return type == TYPE_Q8_0 || type == TYPE_IQ4_NL; }

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
    case TYPE_IQ4_NL: return count / 32 * 18;
    case TYPE_Q2_K: return count / 256 * 84;
    case TYPE_Q3_K: return count / 256 * 110;
    case TYPE_Q4_K: return count / 256 * 144;
    case TYPE_Q5_K: return count / 256 * 176;
    case TYPE_Q6_K: return count / 256 * 210;
    case TYPE_NF4: return count / 64 * 36;
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

// Scale `i` of sixteen, six bits each in twelve bytes: the low four in eight of them, the others in four.
WB_INLINE float scale_of_16(const uint8_t *p, size_t i) {
    const int low = i < 8 ? p[i] & 15 : p[i - 8] >> 4;
    return (float)((low | (p[8 + i % 4] >> (2 * (i / 4)) & 3) << 4) - 32);
}

// The numbers that the four bits of IQ4_NL stand for, plus 128.
static const uint8_t iq4_nl_code[16] = {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};

WB_INLINE float float_at(const uint8_t *p) { float value; memcpy(&value, p, 4); return value; }

// Block `b` of 32 numbers of a row.
WB_INLINE block32 load_block(uint32_t type, const uint8_t *row, size_t b) {
    block32 block = {.m = {0}};
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
        block.m[0] = block.m[1] = half_to_float1(p + 2);
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
        block.m[0] = block.m[1] = half_to_float1(p + 2);
        break;
    }
    case TYPE_Q8_0: {
        const uint8_t *p = row + b * 34;
        block.q = load_32_bytes(p + 2) ^ 128;
        block.d[0] = block.d[1] = half_to_float1(p);
        break;
    }
    case TYPE_IQ4_NL: {
        const uint8_t *p = row + b * 18;
        block.q = look_up_bytes(iq4_nl_code, nibbles(p + 2));
        block.d[0] = block.d[1] = half_to_float1(p);
        break;
    }
    case TYPE_Q2_K: {
        const uint8_t *p = row + b / 8 * 84;
        const size_t i = b % 8;
        block.q = load_32_bytes(p + 16 + i / 4 * 32) >> (uint8_t)(i % 4 * 2) & 3;
        for (int half = 0; half < 2; half++) {
            const uint8_t scale = p[2 * i + (size_t)half];
            block.d[half] = half_to_float1(p + 80) * (float)(scale & 15);
            block.m[half] = -(half_to_float1(p + 82) * (float)(scale >> 4));
        }
        break;
    }
    case TYPE_Q3_K: {
        const uint8_t *p = row + b / 8 * 110;
        const size_t i = b % 8;
        const v32b low = load_32_bytes(p + 32 + i / 4 * 32) >> (uint8_t)(i % 4 * 2) & 3;
        block.q = low | (load_32_bytes(p) >> (uint8_t)i & 1) << 2;
        for (size_t half = 0; half < 2; half++) {
            block.d[half] = half_to_float1(p + 108) * scale_of_16(p + 96, 2 * i + half);
        }
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
        block.m[0] = block.m[1] = -(half_to_float1(p + 2) * minimum);
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
    case TYPE_NF4: {
        // A float32 scale for 64 numbers, then their codes, the first of two in the high nibble.
        const uint8_t *p = row + b / 2 * 36;
        const v16b bytes = load_16_bytes(p + 4 + b % 2 * 16);
        block.q = interleave_bytes(bytes >> 4, bytes & 15);
        block.d[0] = block.d[1] = float_at(p);
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
    const v16i index = WB_CONVERT(v16i, q);
    if (type == TYPE_NF4) return look_up16(wb_nf4_code, index) * block->d[half];
    const v16f value = WB_CONVERT(v16f, index - type_offset(type));
    // Adding nothing would turn -0 into 0.
    return has_minimum(type) ? value * block->d[half] + block->m[half] : value * block->d[half];
}

#define WB_INTEGER_CASES(CALL)                                                                                         \
    case TYPE_Q4_0: CALL(TYPE_Q4_0); break;                                                                            \
    case TYPE_Q4_1: CALL(TYPE_Q4_1); break;                                                                            \
    case TYPE_Q5_0: CALL(TYPE_Q5_0); break;                                                                            \
    case TYPE_Q5_1: CALL(TYPE_Q5_1); break;                                                                            \
    case TYPE_Q8_0: CALL(TYPE_Q8_0); break;                                                                            \
    case TYPE_Q2_K: CALL(TYPE_Q2_K); break;                                                                            \
    case TYPE_Q3_K: CALL(TYPE_Q3_K); break;                                                                            \
    case TYPE_Q4_K: CALL(TYPE_Q4_K); break;                                                                            \
    case TYPE_Q5_K: CALL(TYPE_Q5_K); break;                                                                            \
    case TYPE_Q6_K: CALL(TYPE_Q6_K); break;                                                                            \
    case TYPE_IQ4_NL: CALL(TYPE_IQ4_NL); break;

// Runs `CALL(type)` with the type as a constant, so that each type has its own code.
#define WB_FOR_QUANTIZED(type, CALL)                                                                                   \
    switch (type) {                                                                                                    \
    WB_INTEGER_CASES(CALL)                                                                                             \
    case TYPE_NF4: CALL(TYPE_NF4); break;                                                                              \
    default: __builtin_trap();                                                                                         \
    }

// The same for the types whose q are multiplied as integers.
#define WB_FOR_INTEGERS(type, CALL)                                                                                    \
    switch (type) {                                                                                                    \
    WB_INTEGER_CASES(CALL)                                                                                             \
    default: __builtin_trap();                                                                                         \
    }
