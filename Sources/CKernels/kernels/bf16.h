// Products of bfloat16 matrices with float32 sums. The right-hand matrix is
// packed into panels: sixteen of its columns, pair after pair of its rows.

static void to_bfloat16(
    uint16_t *out, size_t out_stride, const float *x, size_t x_stride, float factor, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++, out += out_stride, x += x_stride) {
        size_t c = 0;
        for (; c + 16 <= columns; c += 16) {
            const v16h bits = to_bf16(load16(x + c) * factor);
            memcpy(out + c, &bits, sizeof bits);
        }
        if (c == columns) continue;
        const v16h bits = to_bf16(load_part(x + c, columns - c) * factor);
        // An odd row is padded to a pair.
        memcpy(out + c, &bits, (columns - c + 1) / 2 * 4);
    }
}

// Sixteen columns of 32 rows at a time, so that both sides stay in the cache.
static void to_bfloat16_columns(
    uint16_t *out, size_t out_stride, const float *x, size_t x_stride, size_t T, size_t C) {
    for (size_t first = 0; first < T; first += 32) {
        const size_t rows = T - first < 32 ? T - first : 32, filled = (rows + 1) / 2 * 2;
        for (size_t c = 0; c < C; c += 16) {
            const size_t columns = C - c < 16 ? C - c : 16;
            uint16_t block[32][16];
            for (size_t t = 0; t < filled; t++) {
                const v16f values = t < rows ? load_part(x + (first + t) * x_stride + c, columns) : (v16f){0};
                const v16h bits = to_bf16(values);
                memcpy(block[t], &bits, sizeof bits);
            }
            for (size_t i = 0; i < columns; i++) {
                uint16_t *column = out + (c + i) * out_stride + first;
                for (size_t t = 0; t < filled; t++) column[t] = block[t][i];
            }
        }
    }
}

static size_t bf16_panel_count(size_t contracted) { return (contracted + 1) / 2 * 32; }

WB_INLINE void bf16_panels_of_quantized_rows(
    uint32_t type, uint16_t *panels, const uint8_t *matrix, size_t row_bytes, size_t rows, size_t K) {
    const size_t block_bytes = type_bytes(type, 256) / 8;
    for (size_t r = 0; r < rows; r += 16, matrix += 16 * row_bytes) {
        const size_t count = rows - r < 16 ? rows - r : 16;
        for (size_t b = 0; b < K / 32; b++, panels += 512) {
            v8u lines[2][16] = {{{0}}};
            for (size_t i = 0; i < count; i++) {
                fetch(matrix + (i + 16) * row_bytes + b * block_bytes, block_bytes);
                const block32 block = load_block(type, matrix + i * row_bytes, b);
                lines[0][i] = (v8u)to_bf16(block_values(type, &block, 0));
                lines[1][i] = (v8u)to_bf16(block_values(type, &block, 1));
            }
            transpose_16_by_8((uint8_t *)panels, lines[0]);
            transpose_16_by_8((uint8_t *)(panels + 256), lines[1]);
        }
    }
}

// The panels of the transpose of (rows, K): its rows become columns.
static void bf16_panels_of_rows(
    uint16_t *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t rows, size_t K) {
    if (is_quantized(type)) {
#define CALL(type) bf16_panels_of_quantized_rows(type, panels, matrix, row_bytes, rows, K)
        WB_FOR_QUANTIZED(type, CALL)
#undef CALL
        return;
    }
    const size_t words = (K + 1) / 2, number_bytes = type == TYPE_F32 ? 4 : 2;
    for (size_t r = 0; r < rows; r += 16, panels += words * 32) {
        const uint8_t *row = (const uint8_t *)matrix + r * row_bytes;
        const size_t count = rows - r < 16 ? rows - r : 16;
        for (size_t k = 0; k < K; k += 16) {
            const size_t width = K - k < 16 ? K - k : 16;
            v8u lines[16];
            for (size_t i = 0; i < 16; i++) {
                lines[i] = (v8u){0};
                if (i >= count) continue;
                __builtin_prefetch(row + i * row_bytes + k * number_bytes + 256);
                v16h bits;
                if (width == 16 && type == TYPE_F32) {
                    bits = to_bf16(load16((const float *)(row + i * row_bytes) + k));
                } else if (width == 16 && type == TYPE_F16) {
                    bits = to_bf16(half16((const uint16_t *)(row + i * row_bytes) + k));
                } else {
                    float values[16] = {0};
                    dequantize_part(values, row + i * row_bytes, type, k, width);
                    bits = to_bf16(load16(values));
                }
                memcpy(&lines[i], &bits, sizeof bits);
            }
            const size_t used = (width + 1) / 2;
            uint8_t block[512];
            transpose_16_by_8(used == 8 ? (uint8_t *)(panels + k * 16) : block, lines);
            if (used < 8) memcpy(panels + k * 16, block, used * 64);
        }
    }
}

enum { ROWS_AHEAD = 32 };

WB_INLINE void bf16_panels_of_blocks(
    uint32_t type, uint16_t *panels, const uint8_t *row, size_t row_bytes, size_t first, size_t columns, size_t rows) {
    const size_t panel = bf16_panel_count(rows);
    const size_t start = type_bytes(type, first / 256 * 256) + type_bytes(type, 256) * (first % 256) / 256;
    const size_t bytes = type_bytes(type, 256) * columns / 256;
    for (size_t n = 0; n < rows; n += 2, row += 2 * row_bytes, panels += 32) {
        fetch(row + ROWS_AHEAD * row_bytes + start, bytes);
        fetch(row + (ROWS_AHEAD + 1) * row_bytes + start, bytes);
        for (size_t c = 0; c < columns; c += 32) {
            const block32 even = load_block(type, row, (first + c) / 32);
            const block32 odd = n + 1 < rows ? load_block(type, row + row_bytes, (first + c) / 32) : (block32){.m = {0}};
            for (int half = 0; half < 2; half++) {
                const v16f a = block_values(type, &even, half);
                const v16f b = n + 1 < rows ? block_values(type, &odd, half) : (v16f){0};
                const v16u pairs = pair_bf16(a, b);
                memcpy(panels + (c / 16 + (size_t)half) * panel, &pairs, sizeof pairs);
            }
        }
    }
}

// The panels of some columns of (rows, ...) as they are.
static void bf16_panels_of_columns(
    uint16_t *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t first, size_t columns, size_t rows) {
    if (is_quantized(type)) {
#define CALL(type) bf16_panels_of_blocks(type, panels, matrix, row_bytes, first, columns, rows)
        WB_FOR_QUANTIZED(type, CALL)
#undef CALL
        return;
    }
    const size_t panel = bf16_panel_count(rows);
    const uint8_t *row = matrix;
    const size_t number_bytes = type == TYPE_F32 ? 4 : 2, start = first * number_bytes;
    size_t whole = type == TYPE_F32 || type == TYPE_BF16 ? columns / 16 : 0;
    for (size_t n = 0; n < rows; n += 2, row += 2 * row_bytes, panels += 32) {
        for (size_t i = 0; i < 2; i++) fetch(row + (ROWS_AHEAD + i) * row_bytes + start, columns * number_bytes);
        if (n + 1 == rows) whole = 0;
        for (size_t c = 0; c < whole; c++) {
            const size_t place = first + 16 * c;
            v16u pairs;
            if (type == TYPE_F32) {
                pairs = pair_bf16(load16((const float *)row + place), load16((const float *)(row + row_bytes) + place));
            } else {
                v16h bits[2];
                memcpy(&bits[0], (const uint16_t *)row + place, sizeof bits[0]);
                memcpy(&bits[1], (const uint16_t *)(row + row_bytes) + place, sizeof bits[1]);
                pairs = pair_bits(bits[0], bits[1]);
            }
            memcpy(panels + c * panel, &pairs, sizeof pairs);
        }
        for (size_t c = 16 * whole; c < columns; c += 16) {
            const size_t width = columns - c < 16 ? columns - c : 16;
            v16f values[2] = {{0}};
            for (size_t i = 0; i < 2 && n + i < rows; i++) {
                float numbers[16] = {0};
                dequantize_part(numbers, row + i * row_bytes, type, first + c, width);
                values[i] = load16(numbers);
            }
            const v16u pairs = pair_bf16(values[0], values[1]);
            memcpy(panels + c / 16 * panel, &pairs, sizeof pairs);
        }
    }
}

#if defined(WB_TILES)
#include "tiles.h"

#include "bf16_tiles.h"
#else
// Vectors keep nothing between products.
typedef int tile_unit;

WB_INLINE void tiles_begin(tile_unit *unit) { *unit = 0; }
WB_INLINE void tiles_end(tile_unit *unit) { (void)unit; }

static void bf16_product(
    tile_unit *unit, float *c, size_t c_stride, const uint16_t *a, size_t a_stride, const uint16_t *panels, bool adds,
    size_t M, size_t N, size_t K) {
    (void)unit;
    words_matrix(PAIRS, c, c_stride, a, a_stride / 2, panels, adds, M, N, (K + 1) / 2);
}
#endif

static void bf16_matrix(
    float *c, size_t c_stride, const uint16_t *a, size_t a_stride, const uint16_t *panels, bool adds, size_t M, size_t N,
    size_t K) {
    tile_unit unit;
    tiles_begin(&unit);
    bf16_product(&unit, c, c_stride, a, a_stride, panels, adds, M, N, K);
    tiles_end(&unit);
}
