// Products of float32 matrices, for processors whose bfloat16 products are no
// faster. The panels are those of bf16.h with one row a step.

static size_t f32_panel_count(size_t contracted) { return contracted * 16; }

// Eight columns of sixteen rows, transposed.
WB_INLINE void f32_panel_part(float *panel, const v16f *rows, const int half) {
    v8u lines[16];
    for (int i = 0; i < 16; i++) {
        const v16u bits = (v16u)rows[i];
        lines[i] = half == 0 ? __builtin_shufflevector(bits, bits, 0, 1, 2, 3, 4, 5, 6, 7)
                             : __builtin_shufflevector(bits, bits, 8, 9, 10, 11, 12, 13, 14, 15);
    }
    transpose_16_by_8((uint8_t *)panel, lines);
}

WB_INLINE void f32_panels_of_quantized_rows(
    uint32_t type, float *panels, const uint8_t *matrix, size_t row_bytes, size_t rows, size_t K) {
    for (size_t r = 0; r < rows; r += 16, matrix += 16 * row_bytes) {
        const size_t count = rows - r < 16 ? rows - r : 16;
        for (size_t b = 0; b < K / 32; b++, panels += 512) {
            v16f lines[2][16] = {{{0}}};
            for (size_t i = 0; i < count; i++) {
                const block32 block = load_block(type, matrix + i * row_bytes, b);
                for (int half = 0; half < 2; half++) lines[half][i] = block_values(type, &block, half);
            }
            for (int part = 0; part < 4; part++) f32_panel_part(panels + part * 128, lines[part / 2], part % 2);
        }
    }
}

// Up to sixteen numbers of a row, the others zero.
WB_INLINE v16f numbers_of_row(const void *row, uint32_t type, size_t first, size_t count) {
    if (type == TYPE_F32) return load_part((const float *)row + first, count);
    if (count >= 16 && type == TYPE_F16) return half16((const uint16_t *)row + first);
    if (count >= 16 && type == TYPE_BF16) return bfloat16((const uint16_t *)row + first);
    float numbers[16] = {0};
    dequantize_part(numbers, row, type, first, count < 16 ? count : 16);
    return load16(numbers);
}

static void f32_panels_of_rows(
    float *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t rows, size_t K) {
    if (is_quantized(type)) {
#define CALL(type) f32_panels_of_quantized_rows(type, panels, matrix, row_bytes, rows, K)
        WB_FOR_QUANTIZED(type, CALL)
#undef CALL
        return;
    }
    for (size_t r = 0; r < rows; r += 16, panels += K * 16) {
        const uint8_t *row = (const uint8_t *)matrix + r * row_bytes;
        const size_t count = rows - r < 16 ? rows - r : 16;
        for (size_t k = 0; k < K; k += 16) {
            const size_t width = K - k < 16 ? K - k : 16;
            v16f lines[16] = {{0}};
            for (size_t i = 0; i < count; i++) lines[i] = numbers_of_row(row + i * row_bytes, type, k, width);
            float block[256];
            float *out = width == 16 ? panels + k * 16 : block;
            for (int half = 0; half < 2; half++) f32_panel_part(out + half * 128, lines, half);
            if (width < 16) memcpy(panels + k * 16, block, width * 64);
        }
    }
}

WB_INLINE void f32_panels_of_blocks(
    uint32_t type, float *panels, const uint8_t *row, size_t row_bytes, size_t first, size_t columns, size_t rows) {
    const size_t start = type_bytes(type, first / 256 * 256) + type_bytes(type, 256) * (first % 256) / 256;
    const size_t bytes = type_bytes(type, 256) * columns / 256;
    for (size_t n = 0; n < rows; n++, row += row_bytes, panels += 16) {
        fetch(row + ROWS_AHEAD * row_bytes + start, bytes);
        for (size_t c = 0; c < columns; c += 32) {
            const block32 block = load_block(type, row, (first + c) / 32);
            for (int half = 0; half < 2; half++) {
                store16(panels + (c + (size_t)half * 16) * rows, block_values(type, &block, half));
            }
        }
    }
}

static void f32_panels_of_columns(
    float *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t first, size_t columns, size_t rows) {
    if (is_quantized(type)) {
#define CALL(type) f32_panels_of_blocks(type, panels, matrix, row_bytes, first, columns, rows)
        WB_FOR_QUANTIZED(type, CALL)
#undef CALL
        return;
    }
    const uint8_t *row = matrix;
    const size_t number_bytes = type == TYPE_F32 ? 4 : 2, start = first * number_bytes;
    for (size_t n = 0; n < rows; n++, row += row_bytes, panels += 16) {
        fetch(row + ROWS_AHEAD * row_bytes + start, columns * number_bytes);
        for (size_t c = 0; c < columns; c += 16) {
            store16(panels + c * rows, numbers_of_row(row, type, first + c, columns - c));
        }
    }
}

static void f32_matrix(
    float *c, size_t c_stride, const float *a, size_t a_stride, const float *panels, bool adds, size_t M, size_t N,
    size_t K) {
    words_matrix(FLOATS, c, c_stride, a, a_stride, panels, adds, M, N, K);
}
