// Products of quantized weights with activations that are quantized on the
// fly: blocks of 32 signed bytes with a scale.

// NaN or infinity in a block make its scale NaN, so that they stay visible.
static void quantize_rows(int8_t *q, float *scale, int32_t *sum, const float *x, size_t count) {
    for (size_t b = 0; b < count / 32; b++, x += 32, q += 32, sum += 2) {
        const v16f low = load16(x), high = load16(x + 16);
        const v16f zero = low * 0.0f + high * 0.0f;
        const v16f magnitude = max16((v16f)((v16i)low & 0x7fffffff), (v16f)((v16i)high & 0x7fffffff));
        const float poison = sum16(zero);
        const float largest = poison == 0 ? max_lane(magnitude) : 0;
        const float inverse = largest > 0 ? 127.0f / largest : 0;
        // A block of subnormal numbers has no inverse: it counts as zero.
        const bool isUsable = inverse <= 3.0e38f;
        scale[b] = poison == 0 ? (isUsable ? largest / 127.0f : 0) : NAN;
        const v16f factor = splat16(isUsable ? inverse : 0);
        const v16f kept_low = poison == 0 ? low : splat16(0), kept_high = poison == 0 ? high : splat16(0);
        const v16i first = WB_CONVERT(v16i, __builtin_elementwise_roundeven(kept_low * factor));
        const v16i second = WB_CONVERT(v16i, __builtin_elementwise_roundeven(kept_high * factor));
        const v16c bytes[2] = {WB_CONVERT(v16c, first), WB_CONVERT(v16c, second)};
        memcpy(q, bytes, 32);
        sum[0] = __builtin_reduce_add(first);
        sum[1] = __builtin_reduce_add(second);
    }
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
