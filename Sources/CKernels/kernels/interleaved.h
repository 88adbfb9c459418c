// Quantized weights in the order in which decoding reads them: sixteen rows
// side by side, so that a vector holds one column of each and the scales of a
// block are one load. The numbers keep their bits; only the K
// types' scales grow, which take eight bits instead of six, and the rarer types: Q2_K
// and Q3_K take four bits a number, IQ4_NL eight.
//
// For each block of 32 columns, little endian:
//   types of 32: 16 scales in float16, then 16 minima where the type has them;
//   K types: at the start of each 256 columns the same for the super-block,
//   then a byte a row for each scale (two with halves), then for each minimum;
//   then the bits beyond four, those of `8 / bits` words in each 64 bytes;
//   then the low four: byte 64 j + 4 r + i holds columns 4 j + i (low) and
//   4 j + i + 16 (high) of row r. Eight bits are stored as they are: byte
//   64 k + 4 r + i holds column 4 k + i.

WB_INLINE bool is_super(uint32_t type) {
    return type == TYPE_Q2_K || type == TYPE_Q3_K || type == TYPE_Q4_K || type == TYPE_Q5_K || type == TYPE_Q6_K;
}

// The offset of a super-block's float16 scale.
WB_INLINE size_t super_scale_place(uint32_t type) {
    switch (type) {
    case TYPE_Q2_K: return 80;
    case TYPE_Q3_K: return 108;
    case TYPE_Q6_K: return 208;
    default: return 0;
    }
}

// The bytes that the scales and minima of a block take for sixteen rows of a K type.
WB_INLINE size_t byte_scales(uint32_t type) { return 16 * scale_groups(type) * (has_minimum(type) ? 2 : 1); }

// The bits of a number beyond four.
WB_INLINE int more_bits(uint32_t type) {
    switch (type) {
    case TYPE_Q5_0: case TYPE_Q5_1: case TYPE_Q5_K: return 1;
    case TYPE_Q6_K: return 2;
    case TYPE_Q8_0: case TYPE_IQ4_NL: return 4;
    default: return 0;
    }
}

WB_INLINE size_t halves_bytes(uint32_t type) { return has_minimum(type) ? 64 : 32; }

WB_INLINE size_t interleaved_block_bytes(uint32_t type) {
    const size_t scales = is_super(type) ? byte_scales(type) : halves_bytes(type);
    return scales + 256 + 64 * (size_t)more_bits(type);
}

static size_t interleaved_bytes(uint32_t type, size_t rows, size_t columns) {
    const size_t panels = (rows + 15) / 16, super = is_super(type) ? columns / 256 * halves_bytes(type) : 0;
    return panels * (super + columns / 32 * interleaved_block_bytes(type));
}

// Copies the float16 scale of each row, and the minimum that follows it.
WB_INLINE uint8_t *interleave_halves(uint32_t type, uint8_t *out, const uint8_t *scale, size_t row_bytes, size_t rows) {
    memset(out, 0, halves_bytes(type));
    for (size_t r = 0; r < rows; r++, scale += row_bytes) {
        memcpy(out + 2 * r, scale, 2);
        if (has_minimum(type)) memcpy(out + 32 + 2 * r, scale + 2, 2);
    }
    return out + halves_bytes(type);
}

// The scales of block `b` in a super-block, a byte a row.
WB_INLINE uint8_t *interleave_scales(
    uint32_t type, uint8_t *out, const uint8_t *super, size_t b, size_t row_bytes, size_t rows) {
    memset(out, 0, byte_scales(type));
    for (size_t r = 0; r < rows; r++, super += row_bytes) {
        switch (type) {
        case TYPE_Q2_K:
            for (size_t g = 0; g < 2; g++) {
                out[16 * g + r] = super[2 * b + g] & 15;
                out[32 + 16 * g + r] = super[2 * b + g] >> 4;
            }
            break;
        case TYPE_Q3_K:
            for (size_t g = 0; g < 2; g++) out[16 * g + r] = (uint8_t)(int8_t)scale_of_16(super + 96, 2 * b + g);
            break;
        case TYPE_Q6_K:
            for (size_t g = 0; g < 2; g++) out[16 * g + r] = super[192 + 2 * b + g];
            break;
        default: {
            float scale, minimum;
            scale_and_minimum(super + 4, b, &scale, &minimum);
            out[r] = (uint8_t)scale;
            out[16 + r] = (uint8_t)minimum;
        }
        }
    }
    return out + byte_scales(type);
}

WB_INLINE v16i load_words(const uint8_t *p) { v16i v; memcpy(&v, p, 64); return v; }

WB_INLINE void interleave_panel(
    uint32_t type, uint8_t *out, const uint8_t *weight, size_t row_bytes, size_t rows, size_t blocks) {
    const size_t super_bytes = type_bytes(type, 256);
    for (size_t b = 0; b < blocks; b++) {
        if (is_super(type)) {
            const uint8_t *super = weight + b / 8 * super_bytes;
            const uint8_t *scale = super + super_scale_place(type);
            if (b % 8 == 0) out = interleave_halves(type, out, scale, row_bytes, rows);
            out = interleave_scales(type, out, super, b % 8, row_bytes, rows);
        } else {
            out = interleave_halves(type, out, weight + b * (super_bytes / 8), row_bytes, rows);
        }
        v8u rows_of_words[16] = {{0}};
        for (size_t r = 0; r < rows; r++) rows_of_words[r] = (v8u)load_block(type, weight + r * row_bytes, b).q;
        uint8_t bytes[512];
        transpose_16_by_8(bytes, rows_of_words);
        v16i q[8];
        for (int k = 0; k < 8; k++) q[k] = load_words(bytes + 64 * k);
        const int bits = more_bits(type);
        if (is_wide(type)) {
            memcpy(out, q, 512);
            out += 512;
            continue;
        }
        for (int n = 0; n < bits; n++) {
            v16i more = {0};
            const int words = 8 / bits;
            for (int k = 0; k < words; k++) {
                more |= ((q[n * words + k] >> 4) & (0x01010101 * ((1 << bits) - 1))) << (bits * k);
            }
            memcpy(out, &more, 64);
            out += 64;
        }
        for (int k = 0; k < 4; k++, out += 64) {
            const v16i low = (q[k] & 0x0f0f0f0f) | (q[k + 4] & 0x0f0f0f0f) << 4;
            memcpy(out, &low, 64);
        }
    }
}

static void interleave(
    void *out, const void *weight, uint32_t type, size_t row_bytes, size_t rows, size_t columns) {
    uint8_t *panel = out;
    const uint8_t *row = weight;
    const size_t bytes = interleaved_bytes(type, 16, columns);
    for (size_t r = 0; r < rows; r += 16, row += 16 * row_bytes, panel += bytes) {
        const size_t count = rows - r < 16 ? rows - r : 16;
#define CALL(type) interleave_panel(type, panel, row, row_bytes, count, columns / 32)
        WB_FOR_INTEGERS(type, CALL)
#undef CALL
    }
}

// Columns 4 k ..< 4 k + 4 of sixteen rows; `more` and `low` as they are stored.
WB_INLINE v16i interleaved_word(uint32_t type, const v16i *more, const v16i *low, int k) {
    if (is_wide(type)) return k < 4 ? more[k] : low[k - 4];
    const v16i word = (k < 4 ? low[k] : low[k - 4] >> 4) & 0x0f0f0f0f;
    const int bits = more_bits(type);
    if (bits == 0) return word;
    const int words = 8 / bits, shift = 4 - bits * (k % words);
    const v16i above = shift >= 0 ? more[k / words] << shift : more[k / words] >> -shift;
    return word | (above & (0x10101010 * ((1 << bits) - 1)));
}

// How far ahead weights are fetched: the processor's own prefetching stops at a page's end, and is
// too slow where several vectors are multiplied.
enum { BYTES_AHEAD = 4096 };

// How many vectors are multiplied at once: each keeps three sums in registers.
#if defined(WB_VNNI)
enum { VECTORS_AT_ONCE = 8 };
#elif defined(WB_AVX512)
enum { VECTORS_AT_ONCE = 4 };
#else
enum { VECTORS_AT_ONCE = 2 };
#endif

// Sixteen rows times M of T vectors. What is computed for one of them does not depend on the others.
WB_INLINE void interleaved_dots(
    uint32_t type, const int M, v16f *out, const uint8_t *p, const int8_t *q, const float *scale, const int32_t *sum,
    size_t T, size_t blocks) {
    const int groups = has_halves(type) ? 2 : 1, words = 8 / groups;
    v16f acc[VECTORS_AT_ONCE], super_scale = {0}, super_minimum = {0};
    for (int t = 0; t < M; t++) acc[t] = (v16f){0};
    for (size_t b = 0; b < blocks; b++, q += 64 * T, scale += T, sum += 2 * T) {
        for (size_t byte = 0; byte < interleaved_block_bytes(type); byte += 64) {
            __builtin_prefetch(p + BYTES_AHEAD + byte);
        }
        v16f d[2], minimum[2] = {{0}};
        if (is_super(type)) {
            if (b % 8 == 0) {
                super_scale = half16((const uint16_t *)p);
                if (has_minimum(type)) super_minimum = half16((const uint16_t *)(p + 32));
                p += halves_bytes(type);
            }
            for (size_t g = 0; g < scale_groups(type); g++, p += 16) {
                // Six bits, or eight with a sign.
                d[g] = super_scale * WB_CONVERT(v16f, WB_CONVERT(v16i, (v16c)load_16_bytes(p)));
            }
            for (size_t g = 0; has_minimum(type) && g < scale_groups(type); g++, p += 16) {
                minimum[g] = -super_minimum * WB_CONVERT(v16f, WB_CONVERT(v16i, load_16_bytes(p)));
            }
        } else {
            d[0] = half16((const uint16_t *)p);
            if (has_minimum(type)) minimum[0] = half16((const uint16_t *)(p + 32));
            p += halves_bytes(type);
        }
        v16i more[4], low[4];
        for (int n = 0; n < more_bits(type); n++, p += 64) more[n] = load_words(p);
        for (int k = 0; k < 4; k++, p += 64) low[k] = load_words(p);

#pragma clang loop unroll(full)
        for (int g = 0; g < groups; g++) {
            v16i high[VECTORS_AT_ONCE], fine[VECTORS_AT_ONCE];
            int32_t shared[VECTORS_AT_ONCE];
            for (int t = 0; t < M; t++) {
                shared[t] = groups == 2 ? sum[2 * t + g] : sum[2 * t] + sum[2 * t + 1];
                high[t] = (v16i){0};
                fine[t] = splat16i(-type_offset(type) * shared[t]);
            }
#pragma clang loop unroll(full)
            for (int k = g * words; k < (g + 1) * words; k++) {
                const v16i word = interleaved_word(type, more, low, k);
#pragma clang loop unroll(full)
                for (int t = 0; t < M; t++) {
                    int32_t four[2];
                    memcpy(&four[0], q + 64 * t + 4 * k, 4);
                    memcpy(&four[1], q + 64 * t + 4 * k + 32, 4);
                    high[t] = dot4(high[t], word, splat16i(four[0]), is_wide(type));
                    fine[t] = dot4(fine[t], word, splat16i(four[1]), is_wide(type));
                }
            }
            for (int t = 0; t < M; t++) {
                acc[t] += WB_CONVERT(v16f, (high[t] << 8) + fine[t]) * (d[g] * scale[t]);
                if (has_minimum(type)) acc[t] += minimum[g] * (scale[t] * (float)shared[t]);
            }
        }
    }
    for (int t = 0; t < M; t++) out[t] = acc[t];
}

WB_INLINE void interleaved_panel(
    uint32_t type, float *y, size_t y_stride, const uint8_t *panel, const int8_t *q, const float *scale,
    const int32_t *sum, size_t T, size_t rows, size_t blocks) {
    size_t t = 0;
#define VECTORS(M)                                                                                                     \
    for (; t + M <= T; t += M) {                                                                                       \
        v16f dots[M];                                                                                                  \
        interleaved_dots(type, M, dots, panel, q + 64 * t, scale + t, sum + 2 * t, T, blocks);                         \
        for (size_t m = 0; m < M; m++) store_part(y + (t + m) * y_stride, dots[m], rows);                              \
    }
#if defined(WB_VNNI)
    VECTORS(8)
#endif
#if defined(WB_AVX512)
    VECTORS(4)
#endif
    VECTORS(2)
    VECTORS(1)
#undef VECTORS
}

static void int8_matrix_vectors(
    float *y, size_t y_stride, const void *interleaved, uint32_t type, const int8_t *q, const float *scale,
    const int32_t *sum, size_t T, size_t rows, size_t columns) {
    const uint8_t *panel = interleaved;
    const size_t bytes = interleaved_bytes(type, 16, columns);
    for (size_t r = 0; r < rows; r += 16, panel += bytes) {
#define CALL(type) interleaved_panel(type, y + r, y_stride, panel, q, scale, sum, T, rows - r, columns / 32)
        WB_FOR_INTEGERS(type, CALL)
#undef CALL
    }
}

// The sums of the two halves of a block, 256 times the first 32 bytes plus the others.
WB_INLINE void sums_of_halves(int32_t *sum, v16i bytes) {
    const v16i fours = dot4((v16i){0}, splat16i(0x01010101), bytes, false);
    const v8i high = __builtin_shufflevector(fours, fours, 0, 1, 2, 3, 4, 5, 6, 7);
    const v8i low = __builtin_shufflevector(fours, fours, 8, 9, 10, 11, 12, 13, 14, 15);
    const v8i whole = high * 256 + low;
    const v8i pairs = whole + __builtin_shufflevector(whole, whole, 1, 0, 3, 2, 5, 4, 7, 6);
    sum[0] = pairs[0] + pairs[2];
    sum[1] = pairs[4] + pairs[6];
}

// One block of activations in fifteen bits, the first eight as in quantize_rows.
WB_INLINE void quantize_fine_block(int8_t *q, int32_t *sum, const float *x, float inverse, float fine_inverse) {
    v16c bytes[4];
    for (size_t half = 0; half < 2; half++) {
        const v16f value = load16(x + 16 * half);
        const v16f high = __builtin_elementwise_roundeven(value * inverse);
        const v16f rest = (value * fine_inverse - high) * 256.0f;
        const v16f most = splat16(127.0f), least = splat16(-127.0f);
        const v16i low = WB_CONVERT(v16i, select16(rest > most, most, select16(rest < least, least, rest)));
        bytes[half] = WB_CONVERT(v16c, WB_CONVERT(v16i, high));
        bytes[2 + half] = WB_CONVERT(v16c, low);
    }
    uint8_t all[64];
    memcpy(all, bytes, 64);
    memcpy(q, all, 64);
    const v16i words = load_words(all);
    sums_of_halves(sum, words);
}

static void quantize_fine(
    int8_t *q, float *scale, int32_t *sum, const float *x, size_t T, size_t count) {
    for (size_t first = 0; first < count / 32; first += 16) {
        const size_t blocks = count / 32 - first < 16 ? count / 32 - first : 16;
        // Magnitudes have the order of their bits, and those of NaN and infinity come last.
        v16i largest_bits = {0};
        int32_t largest_of[16] = {0};
        for (size_t b = 0; b < blocks; b++) {
            const float *block = x + 32 * (first + b);
            const v16i bits[2] = {(v16i)load16(block) & 0x7fffffff, (v16i)load16(block + 16) & 0x7fffffff};
            largest_of[b] = __builtin_reduce_max(__builtin_elementwise_max(bits[0], bits[1]));
        }
        memcpy(&largest_bits, largest_of, 64);
        const v16f largest = (v16f)largest_bits;
        float inverse[16], fine_inverse[16], scales[16];
        store16(inverse, 127.0f / largest);
        store16(scales, largest / 127.0f);
        store16(fine_inverse, 1.0f / load16(scales));
        for (size_t b = 0; b < blocks; b++, q += 64 * T, scale += T, sum += 2 * T) {
            const bool isFinite = largest_of[b] < 0x7f800000;
            // A block of subnormal numbers has no inverse: it counts as zero.
            if (!(isFinite && inverse[b] > 0 && inverse[b] <= 3.0e38f)) {
                memset(q, 0, 64);
                sum[0] = sum[1] = 0;
                *scale = isFinite ? 0 : NAN;
                continue;
            }
            quantize_fine_block(q, sum, x + 32 * (first + b), inverse[b], fine_inverse[b]);
            *scale = scales[b] * (1.0f / 256.0f);
        }
    }
}
