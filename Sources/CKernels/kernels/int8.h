// Products of quantized weights with activations that are quantized on the
// fly: blocks of 32 signed bytes with a scale.

// Sixteen blocks at a time. NaN or infinity in a block make its scale NaN, so that they stay visible. A block of
// subnormal numbers has no inverse: it counts as zero.
WB_INLINE void quantize_blocks(int8_t *q, float *scale, int32_t *sum, const float *x, const size_t blocks) {
    v16i magnitudes[16], first[16], second[16];
    for (size_t b = 0; b < 16; b++) {
        const size_t i = folded_place(b);
        magnitudes[i] = first[i] = second[i] = (v16i){0};
        if (b >= blocks) continue;
        // As integers, magnitudes of numbers are in their order, below those of infinity and NaN.
        const v16i low = (v16i)load16(x + 32 * b) & 0x7fffffff, high = (v16i)load16(x + 32 * b + 16) & 0x7fffffff;
        magnitudes[i] = __builtin_elementwise_max(low, high);
    }
    const v16i largest_bits = integer_maxima_of_16(magnitudes);
    const v16i isFinite = largest_bits < 0x7f800000;
    const v16f largest = (v16f)(largest_bits & isFinite);
    const v16f inverse = 127.0f / largest;
    const v16i isUsable = inverse <= 3.0e38f;
    const v16f factors = (v16f)((v16i)inverse & isUsable);
    const v16f scales = select16(isFinite, (v16f)((v16i)(largest / 127.0f) & isUsable), splat16(NAN));
    memcpy(scale, &scales, blocks * sizeof(float));
    for (size_t b = 0; b < blocks; b++) {
        const v16i kept = (v16i){0} + isFinite[b];
        const v16f low = (v16f)((v16i)load16(x + 32 * b) & kept), high = (v16f)((v16i)load16(x + 32 * b + 16) & kept);
        const size_t i = folded_place(b);
        first[i] = WB_CONVERT(v16i, __builtin_elementwise_roundeven(low * factors[b]));
        second[i] = WB_CONVERT(v16i, __builtin_elementwise_roundeven(high * factors[b]));
        const v16c bytes[2] = {WB_CONVERT(v16c, first[i]), WB_CONVERT(v16c, second[i])};
        memcpy(q + 32 * b, bytes, 32);
    }
    const v16i sums[2] = {integer_sums_of_16(first), integer_sums_of_16(second)};
    const v16i pairs[2] = {
        __builtin_shufflevector(sums[0], sums[1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        __builtin_shufflevector(sums[0], sums[1], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)};
    memcpy(sum, pairs, 2 * blocks * sizeof(int32_t));
}

static void quantize_rows(int8_t *q, float *scale, int32_t *sum, const float *x, size_t count) {
    const size_t blocks = count / 32;
    size_t b = 0;
    for (; b + 16 <= blocks; b += 16) quantize_blocks(q + 32 * b, scale + b, sum + 2 * b, x + 32 * b, 16);
    for (; b < blocks; b++) quantize_blocks(q + 32 * b, scale + b, sum + 2 * b, x + 32 * b, 1);
}

// A panel holds sixteen rows: for each block of 32 columns eight groups of
// four bytes a row, then a scale a row (two for types with halves), then as
// many minima for types that have them.
WB_INLINE size_t panel_block_bytes(uint32_t type) {
    return 512 + 64 * scale_groups(type) * (has_minimum(type) ? 2 : 1);
}

// Transposes eight rows of eight 32-bit words.
WB_INLINE void transpose8(v8u *r) {
    v8u a[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[2 * i + 1] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < 2; i++) {
        const v8u *s = a + 4 * i;
        v8u *t = r + 4 * i;
        t[0] = __builtin_shufflevector(s[0], s[2], 0, 1, 8, 9, 4, 5, 12, 13);
        t[1] = __builtin_shufflevector(s[0], s[2], 2, 3, 10, 11, 6, 7, 14, 15);
        t[2] = __builtin_shufflevector(s[1], s[3], 0, 1, 8, 9, 4, 5, 12, 13);
        t[3] = __builtin_shufflevector(s[1], s[3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (int i = 0; i < 4; i++) {
        const v8u low = r[i], high = r[i + 4];
        r[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(low, high, 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

// out[word][row] of sixteen rows of eight words.
WB_INLINE void transpose_16_by_8(uint8_t *out, v8u *rows) {
    transpose8(rows);
    transpose8(rows + 8);
    for (int word = 0; word < 8; word++) {
        memcpy(out + word * 64, rows + word, 32);
        memcpy(out + word * 64 + 32, rows + 8 + word, 32);
    }
}

WB_INLINE void panel_of(
    uint32_t type, uint8_t *panel, const uint8_t *weight, size_t row_bytes, size_t rows, size_t blocks) {
    const size_t groups = scale_groups(type), block_bytes = type_bytes(type, 256) / 8;
    for (size_t b = 0; b < blocks; b++, panel += panel_block_bytes(type)) {
        v8u words[16];
        float scales[2][16] = {{0}}, minima[2][16] = {{0}};
        for (size_t r = 0; r < 16; r++) {
            words[r] = (v8u){0};
            if (r >= rows) continue;
            fetch(weight + (r + 16) * row_bytes + b * block_bytes, block_bytes);
            const block32 block = load_block(type, weight + r * row_bytes, b);
            words[r] = (v8u)block.q;
            scales[0][r] = block.d[0];
            scales[1][r] = block.d[1];
            minima[0][r] = block.m[0];
            minima[1][r] = block.m[1];
        }
        transpose_16_by_8(panel, words);
        memcpy(panel + 512, scales, groups * 64);
        if (has_minimum(type)) memcpy(panel + 512 + groups * 64, minima, groups * 64);
    }
}

static size_t int8_panel_bytes(uint32_t type, size_t columns) { return columns / 32 * panel_block_bytes(type); }

static void int8_panels(
    void *panels, const void *weight, uint32_t type, size_t row_bytes, size_t rows, size_t columns) {
    uint8_t *panel = panels;
    const uint8_t *row = weight;
    for (size_t r = 0; r < rows; r += 16, row += 16 * row_bytes, panel += int8_panel_bytes(type, columns)) {
        const size_t count = rows - r < 16 ? rows - r : 16;
#define CALL(type) panel_of(type, panel, row, row_bytes, count, columns / 32)
        WB_FOR_INTEGERS(type, CALL)
#undef CALL
    }
}

#if defined(WB_AVX512)
enum { INT8_ROWS = 6, INT8_PANELS = 2 };
#else
enum { INT8_ROWS = 2, INT8_PANELS = 1 };
#endif

// M rows of activations times R panels.
WB_INLINE void int8_tile(
    uint32_t type, const int M, const int R, float *y, size_t y_stride, const uint8_t *panel, size_t panel_bytes,
    const int8_t *q, const float *scale, const int32_t *sum, size_t K, size_t columns) {
    const int groups = has_halves(type) ? 2 : 1;
    const size_t blocks = K / 32;
    v16f acc[INT8_ROWS][INT8_PANELS];
    for (int m = 0; m < M; m++) {
        for (int r = 0; r < R; r++) acc[m][r] = (v16f){0};
    }
    for (size_t b = 0; b < blocks; b++, panel += panel_block_bytes(type)) {
        for (int g = 0; g < groups; g++) {
            v16i dots[INT8_ROWS][INT8_PANELS];
            for (int m = 0; m < M; m++) {
                const int32_t *s = sum + (size_t)m * (K / 16) + 2 * b;
                const int32_t shared = groups == 2 ? s[g] : s[0] + s[1];
                const v16i start = splat16i(-type_offset(type) * shared);
                for (int r = 0; r < R; r++) dots[m][r] = start;
            }
            const int words = 8 / groups;
#pragma clang loop unroll(full)
            for (int k = g * words; k < (g + 1) * words; k++) {
                v16i w[INT8_PANELS];
                for (int r = 0; r < R; r++) memcpy(&w[r], panel + (size_t)r * panel_bytes + (size_t)k * 64, 64);
                for (int m = 0; m < M; m++) {
                    int32_t word;
                    memcpy(&word, q + (size_t)m * K + b * 32 + (size_t)k * 4, 4);
                    for (int r = 0; r < R; r++) dots[m][r] = dot4(dots[m][r], w[r], splat16i(word), is_wide(type));
                }
            }
            for (int r = 0; r < R; r++) {
                const uint8_t *scales = panel + (size_t)r * panel_bytes + 512;
                const v16f d = load16((const float *)(scales + g * 64));
                for (int m = 0; m < M; m++) {
                    acc[m][r] += WB_CONVERT(v16f, dots[m][r]) * (d * scale[(size_t)m * blocks + b]);
                }
            }
        }
        if (!has_minimum(type)) continue;
        for (int r = 0; r < R; r++) {
            const uint8_t *minima = panel + (size_t)r * panel_bytes + 512 + groups * 64;
            for (int g = 0; g < groups; g++) {
                const v16f minimum = load16((const float *)(minima + g * 64));
                for (int m = 0; m < M; m++) {
                    const int32_t *s = sum + (size_t)m * (K / 16) + 2 * b;
                    const int32_t shared = groups == 2 ? s[g] : s[0] + s[1];
                    acc[m][r] += minimum * (scale[(size_t)m * blocks + b] * (float)shared);
                }
            }
        }
    }
    for (int m = 0; m < M; m++) {
        for (int r = 0; r < R; r++) {
            const size_t first = (size_t)r * 16;
            if (columns > first) store_part(y + (size_t)m * y_stride + first, acc[m][r], columns - first);
        }
    }
}

WB_INLINE void int8_strip(
    uint32_t type, const int R, float *y, size_t y_stride, const uint8_t *panel, size_t panel_bytes, const int8_t *q,
    const float *scale, const int32_t *sum, size_t T, size_t K, size_t columns) {
    size_t t = 0;
#define TILE(M)                                                                                                        \
    int8_tile(                                                                                                         \
        type, M, R, y + t * y_stride, y_stride, panel, panel_bytes, q + t * K, scale + t * (K / 32),                   \
        sum + t * (K / 16), K, columns)
    for (; t + INT8_ROWS <= T; t += INT8_ROWS) TILE(INT8_ROWS);
#if defined(WB_AVX512)
    if (t + 3 <= T) { TILE(3); t += 3; }
#endif
    for (; t < T; t++) TILE(1);
#undef TILE
}

WB_INLINE void int8_matrix_of(
    uint32_t type, float *y, size_t y_stride, const uint8_t *panels, const int8_t *q, const float *scale,
    const int32_t *sum, size_t T, size_t rows, size_t K) {
    const size_t bytes = int8_panel_bytes(type, K);
    size_t r = 0;
    for (; r + 16 * (INT8_PANELS - 1) < rows; r += 16 * INT8_PANELS) {
        int8_strip(
            type, INT8_PANELS, y + r, y_stride, panels + r / 16 * bytes, bytes, q, scale, sum, T, K, rows - r);
    }
    for (; r < rows; r += 16) {
        int8_strip(type, 1, y + r, y_stride, panels + r / 16 * bytes, bytes, q, scale, sum, T, K, rows - r);
    }
}

static void int8_matrix(
    float *y, size_t y_stride, const void *panels, uint32_t type, const int8_t *q, const float *scale,
    const int32_t *sum, size_t T, size_t rows, size_t K) {
#define CALL(type) int8_matrix_of(type, y, y_stride, panels, q, scale, sum, T, rows, K)
    WB_FOR_INTEGERS(type, CALL)
#undef CALL
}
