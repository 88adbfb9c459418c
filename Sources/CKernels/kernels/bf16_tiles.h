// Products of bfloat16 matrices on the tile unit. Sixteen steps of a panel, 64 bytes
// each, are a tile of B as they lie; sixteen rows of 32 numbers are a tile of a.

// A block of 2 x 2 tiles takes all registers: four of sums, so that one is free again
// (52 cycles) when its turn comes (after four products of 16 cycles), and two of each side.
enum { SUMS_00, SUMS_01, SUMS_10, SUMS_11, ROWS_0, ROWS_1, COLUMNS_0, COLUMNS_1 };

enum { TILE = 16, STEP_BYTES = 64 };

typedef struct {
    float *c;
    const uint8_t *a, *panels;
    size_t c_bytes, a_bytes, panel_bytes;  // from a row, or a panel, to the next
} tile_operands;

// A block's sums over `tiles` tiles of steps, which is one or more. Each register is loaded again
// right behind its last use, while the products that follow are computed.
WB_INLINE void bf16_block(
    tile_unit *unit, const bool two_rows, const bool two_columns, const tile_operands *o, size_t tiles, bool adds) {
    uint8_t *c = (uint8_t *)o->c;
    const size_t below = TILE * o->c_bytes, beside = TILE * sizeof(float);
    (void)unit;
    if (adds) {
        tile_load(unit, SUMS_00, c, o->c_bytes);
        if (two_columns) tile_load(unit, SUMS_01, c + beside, o->c_bytes);
        if (two_rows) tile_load(unit, SUMS_10, c + below, o->c_bytes);
        if (two_rows && two_columns) tile_load(unit, SUMS_11, c + below + beside, o->c_bytes);
    } else {
        tile_zero(unit, SUMS_00);
        if (two_columns) tile_zero(unit, SUMS_01);
        if (two_rows) tile_zero(unit, SUMS_10);
        if (two_rows && two_columns) tile_zero(unit, SUMS_11);
    }
#define LOAD_ROWS(i, t) tile_load(unit, ROWS_##i, o->a + i * TILE * o->a_bytes + (t) * STEP_BYTES, o->a_bytes)
#define LOAD_COLUMNS(i, t)                                                                                             \
    tile_load(unit, COLUMNS_##i, o->panels + i * o->panel_bytes + (t) * TILE * STEP_BYTES, STEP_BYTES)
    LOAD_ROWS(0, 0);
    LOAD_COLUMNS(0, 0);
    if (two_columns) LOAD_COLUMNS(1, 0);
    if (two_rows) LOAD_ROWS(1, 0);
    for (size_t next = 1; next <= tiles; next++) {
        const bool has_next = next < tiles;
        tile_dot(unit, SUMS_00, ROWS_0, COLUMNS_0);
        if (two_columns) tile_dot(unit, SUMS_01, ROWS_0, COLUMNS_1);
        if (has_next) LOAD_ROWS(0, next);
        if (two_rows && two_columns) tile_dot(unit, SUMS_11, ROWS_1, COLUMNS_1);
        if (has_next && two_columns) LOAD_COLUMNS(1, next);
        if (two_rows) tile_dot(unit, SUMS_10, ROWS_1, COLUMNS_0);
        if (has_next) LOAD_COLUMNS(0, next);
        if (has_next && two_rows) LOAD_ROWS(1, next);
    }
#undef LOAD_ROWS
#undef LOAD_COLUMNS
    tile_store(unit, SUMS_00, c, o->c_bytes);
    if (two_columns) tile_store(unit, SUMS_01, c + beside, o->c_bytes);
    if (two_rows) tile_store(unit, SUMS_10, c + below, o->c_bytes);
    if (two_rows && two_columns) tile_store(unit, SUMS_11, c + below + beside, o->c_bytes);
}

// The shapes of a block's registers.
static tile_shapes block_shapes(size_t rows, size_t columns, size_t steps) {
    tile_shapes shapes = {0};
    for (int i = 0; i < 2; i++) {
        const size_t before = (size_t)i * TILE;
        const size_t r = rows <= before ? 0 : (rows - before < TILE ? rows - before : TILE);
        const size_t n = columns <= before ? 0 : (columns - before < TILE ? columns - before : TILE);
        if (r > 0) set_tile(&shapes, ROWS_0 + i, r, steps * 4);
        if (n > 0) set_tile(&shapes, COLUMNS_0 + i, steps, n * 4);
    }
    for (int i = 0; i < 4; i++) {
        const uint8_t r = shapes.rows[ROWS_0 + i / 2];
        const uint16_t row_bytes = shapes.row_bytes[COLUMNS_0 + i % 2];
        if (r > 0 && row_bytes > 0) set_tile(&shapes, SUMS_00 + i, r, row_bytes);
    }
    return shapes;
}

// A part of a product whose blocks all have one shape.
static void bf16_part(tile_unit *unit, const tile_operands *whole, size_t M, size_t N, size_t steps, bool adds) {
    if (M == 0 || N == 0 || steps == 0) return;
    const size_t rows = M < 2 * TILE ? M : 2 * TILE, columns = N < 2 * TILE ? N : 2 * TILE;
    const tile_shapes shapes = block_shapes(rows, columns, steps < TILE ? steps : TILE);
    tiles_configure(unit, &shapes);
    tile_operands block = *whole;
    for (size_t n = 0; n < N; n += columns) {
        for (size_t m = 0; m < M; m += rows) {
            block.c = (float *)((uint8_t *)whole->c + m * whole->c_bytes) + n;
            block.a = whole->a + m * whole->a_bytes;
            block.panels = whole->panels + n / TILE * whole->panel_bytes;
#define BLOCK(two_rows, two_columns) bf16_block(unit, two_rows, two_columns, &block, (steps + TILE - 1) / TILE, adds)
            if (rows > TILE && columns > TILE) BLOCK(true, true);
            else if (columns > TILE) BLOCK(false, true);
            else if (rows > TILE) BLOCK(true, false);
            else BLOCK(false, false);
#undef BLOCK
        }
    }
}

// Whole tiles of steps first, then the others; in each, whole blocks, then the edges.
static void bf16_product(
    tile_unit *unit, float *c, size_t c_stride, const uint16_t *a, size_t a_stride, const uint16_t *panels, bool adds,
    size_t M, size_t N, size_t K) {
    const size_t steps = (K + 1) / 2, cuts[] = {0, steps / TILE * TILE, steps};
    const size_t row_cuts[] = {0, M / (2 * TILE) * (2 * TILE), M};
    const size_t column_cuts[] = {0, N / (2 * TILE) * (2 * TILE), N};
    if (steps == 0 && !adds) {
        for (size_t m = 0; m < M; m++) memset(c + m * c_stride, 0, N * sizeof(float));
    }
    for (int part = 0; part < 8; part++) {
        const int s = part / 4, i = part / 2 % 2, j = part % 2;
        const size_t first = cuts[s], m = row_cuts[i], n = column_cuts[j];
        const tile_operands operands = {
            .c = c + m * c_stride + n,
            .a = (const uint8_t *)(a + m * a_stride) + first * 4,
            .panels = (const uint8_t *)panels + (n / TILE * steps + first) * STEP_BYTES,
            .c_bytes = c_stride * sizeof(float),
            .a_bytes = a_stride * sizeof(uint16_t),
            .panel_bytes = steps * STEP_BYTES,
        };
        bf16_part(
            unit, &operands, row_cuts[i + 1] - m, column_cuts[j + 1] - n, cuts[s + 1] - first, adds || first > 0);
    }
}

// Whether the unit computes a product as it should, or at all: a virtual machine may claim it and not have it.
WB_INLINE bool try_tiles(void) {
    uint16_t a[TILE * 32], b[TILE * 32];
    float c[TILE * TILE];
    for (int i = 0; i < TILE * 32; i++) {
        a[i] = 0x3f80;  // 1
        b[i] = i % 2 == 0 ? 0x4000 : 0x4040;  // 2 and 3
    }
    tile_unit unit;
    tiles_begin(&unit);
    bf16_product(&unit, c, TILE, a, 32, b, false, TILE, TILE, 32);
    tiles_end(&unit);
    for (int i = 0; i < TILE * TILE; i++) {
        if (c[i] != 80) return false;
    }
    return true;
}
