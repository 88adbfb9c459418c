// Products of matrices whose right-hand side is packed in panels: sixteen of its
// columns, step after step. A step is a word of 32 bits a column: a pair of
// bfloat16 numbers or one float32.

enum { PAIRS, FLOATS };

// acc + a * b for one step.
WB_INLINE v16f add_step(const int kind, v16f acc, v16u a, v16u b) {
    return kind == PAIRS ? dot2(acc, b, a) : acc + (v16f)a * (v16f)b;
}

// The rows of a tile: as many as leave registers for what is loaded.
#if defined(WB_AVX512)
WB_INLINE int rows_at_once(const int kind, int panels) {
    (void)kind;
    return panels == 4 ? 6 : panels == 1 ? 16 : 8;
}
#elif defined(WB_AVX2)
WB_INLINE int rows_at_once(const int kind, int panels) { (void)panels; return kind == PAIRS ? 4 : 6; }
#else
WB_INLINE int rows_at_once(const int kind, int panels) { (void)panels; return kind == PAIRS ? 4 : 2; }
#endif

WB_INLINE void words_tile(
    const int kind, const int M, const int R, float *c, size_t c_stride, const void *a, size_t a_stride,
    const void *panels, size_t panel_steps, size_t steps, size_t columns, bool adds) {
    v16f acc[16][4];
    for (int m = 0; m < M; m++) {
        for (int r = 0; r < R; r++) {
            const size_t first = (size_t)r * 16;
            acc[m][r] = adds && columns > first ? load_part(c + (size_t)m * c_stride + first, columns - first)
                                                : (v16f){0};
        }
    }
    for (size_t s = 0; s < steps; s++) {
        v16u b[4];
        for (int r = 0; r < R; r++) memcpy(&b[r], (const uint8_t *)panels + ((size_t)r * panel_steps + s) * 64, 64);
        for (int m = 0; m < M; m++) {
            uint32_t word;
            memcpy(&word, (const uint8_t *)a + ((size_t)m * a_stride + s) * 4, 4);
            const v16u everywhere = splat16u(word);
            for (int r = 0; r < R; r++) acc[m][r] = add_step(kind, acc[m][r], everywhere, b[r]);
        }
    }
    for (int m = 0; m < M; m++) {
        for (int r = 0; r < R; r++) {
            const size_t first = (size_t)r * 16;
            if (columns > first) store_part(c + (size_t)m * c_stride + first, acc[m][r], columns - first);
        }
    }
}

// The steps of R panels that stay in the first cache while all rows of a pass by: 32 KB.
WB_INLINE size_t steps_at_once(const int R) { return 512 / (size_t)R; }

WB_INLINE void words_strip(
    const int kind, const int R, float *c, size_t c_stride, const void *a, size_t a_stride, const void *panels,
    size_t M, size_t columns, size_t steps, bool adds) {
    const int most = rows_at_once(kind, R);
    size_t first = 0;
    do {
        const size_t count = steps - first < steps_at_once(R) ? steps - first : steps_at_once(R);
        const bool continues = adds || first > 0;
        size_t m = 0;
#define TILE(height)                                                                                                   \
    words_tile(                                                                                                        \
        kind, height, R, c + m * c_stride, c_stride, (const uint8_t *)a + (m * a_stride + first) * 4, a_stride,        \
        (const uint8_t *)panels + first * 64, steps, count, columns, continues)
        for (; m + (size_t)most <= M; m += (size_t)most) TILE(most);
        if (most > 8 && m + 8 <= M) { TILE(8); m += 8; }
        if (most > 4 && m + 4 <= M) { TILE(4); m += 4; }
        if (most > 2 && m + 2 <= M) { TILE(2); m += 2; }
        for (; m < M; m++) TILE(1);
#undef TILE
        first += count;
    } while (first < steps);
}

// c = a * B, or c += a * B: a is (M, steps) words with rows `a_stride` words apart.
WB_INLINE void words_matrix(
    const int kind, float *c, size_t c_stride, const void *a, size_t a_stride, const void *panels, bool adds, size_t M,
    size_t N, size_t steps) {
    size_t n = 0;
#define STRIP(R)                                                                                                       \
    words_strip(                                                                                                       \
        kind, R, c + n, c_stride, a, a_stride, (const uint8_t *)panels + n * steps * 4, M, N - n, steps, adds)
#if defined(WB_AVX512)
    for (; n + 48 < N; n += 64) STRIP(4);
    if (n + 32 < N) { STRIP(3); n += 48; }
    if (n + 16 < N) { STRIP(2); n += 32; }
#endif
    for (; n < N; n += 16) STRIP(1);
#undef STRIP
}
