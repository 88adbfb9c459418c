// The tile unit of AMX: eight registers of up to sixteen rows of 64 bytes, and an
// instruction that multiplies two of them. Source: Intel 64 and IA-32 Architectures
// Software Developer's Manual, volume 1, chapter 18, and volume 2, TDPBF16PS.
//
// The operations exist twice: as the instructions, and in plain C as the manual's
// pseudo-code has it, so that what is built on them is tested without the unit, too.

// What LDTILECFG reads: the shapes of the registers. No shape: not configured.
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_shapes;

_Static_assert(sizeof(tile_shapes) == 64, "LDTILECFG reads 64 bytes");

WB_INLINE void set_tile(tile_shapes *shapes, int tile, size_t rows, size_t row_bytes) {
    shapes->palette = 1;
    shapes->rows[tile] = (uint8_t)rows;
    shapes->row_bytes[tile] = (uint16_t)row_bytes;
}

#if !defined(WB_TILES_IN_C)

// The unit as a kernel uses it. Its state belongs to the thread, so a kernel that
// begins ends, too: a unit in use makes every switch of threads save eight kilobytes.
typedef struct {
    tile_shapes shapes;
} tile_unit;

#define tile_zero(unit, tile) _tile_zero(tile)
#define tile_load(unit, tile, from, stride) _tile_loadd(tile, from, stride)
#define tile_store(unit, tile, to, stride) _tile_stored(tile, to, stride)
// sums += rows * columns, of pairs of bfloat16.
#define tile_dot(unit, sums, rows, columns) _tile_dpbf16ps(sums, rows, columns)

#define tile_load_shapes(unit) _tile_loadconfig(&(unit)->shapes)
#define tile_release(unit) _tile_release()

#else

typedef struct {
    tile_shapes shapes;
    uint8_t tiles[8][16][64];
} tile_unit;

WB_INLINE void tile_zero(tile_unit *unit, int tile) { memset(unit->tiles[tile], 0, sizeof unit->tiles[tile]); }

WB_INLINE void tile_load(tile_unit *unit, int tile, const void *from, size_t stride) {
    tile_zero(unit, tile);
    for (size_t i = 0; i < unit->shapes.rows[tile]; i++) {
        memcpy(unit->tiles[tile][i], (const uint8_t *)from + i * stride, unit->shapes.row_bytes[tile]);
    }
}

WB_INLINE void tile_store(tile_unit *unit, int tile, void *to, size_t stride) {
    for (size_t i = 0; i < unit->shapes.rows[tile]; i++) {
        memcpy((uint8_t *)to + i * stride, unit->tiles[tile][i], unit->shapes.row_bytes[tile]);
    }
}

WB_INLINE v16u tile_row(const tile_unit *unit, int tile, size_t i) {
    v16u row;
    memcpy(&row, unit->tiles[tile][i], sizeof row);
    return row;
}

// Some rows of the sums: the products of the first and of the second numbers of the
// pairs are summed apart, each fused, then together, then with what was there.
WB_INLINE void dot_rows(tile_unit *unit, int sums, int rows, int columns, size_t first, const int count) {
    v16f even[2] = {{0}}, odd[2] = {{0}};
    for (size_t k = 0; k < unit->shapes.rows[columns]; k++) {
        const v16u b = tile_row(unit, columns, k);
        for (int i = 0; i < count; i++) {
            uint32_t word;
            memcpy(&word, unit->tiles[rows][first + (size_t)i] + 4 * k, 4);
            const v16u a = splat16u(word);
            even[i] = __builtin_elementwise_fma((v16f)(a << 16), (v16f)(b << 16), even[i]);
            odd[i] = __builtin_elementwise_fma((v16f)(a & 0xffff0000u), (v16f)(b & 0xffff0000u), odd[i]);
        }
    }
    for (int i = 0; i < count; i++) {
        const v16f sum = even[i] + odd[i];
        const v16f total = (v16f)tile_row(unit, sums, first + (size_t)i) + sum;
        memcpy(unit->tiles[sums][first + (size_t)i], &total, sizeof total);
    }
}

// A function of its own, so that no arithmetic moves out of where denormals are zero.
static __attribute__((noinline)) void dot_without_denormals(tile_unit *unit, int sums, int rows, int columns) {
    const size_t M = unit->shapes.rows[rows];
    size_t m = 0;
    for (; m + 2 <= M; m += 2) dot_rows(unit, sums, rows, columns, m, 2);
    if (m < M) dot_rows(unit, sums, rows, columns, m, 1);
}

enum { NO_DENORMALS = 0x8040, ALL_MASKED_TO_NEAREST = 0x1f80 };

// The unit takes denormals for zero and rounds to nearest, whatever MXCSR says, and does not change it.
static void tile_dot(tile_unit *unit, int sums, int rows, int columns) {
    const unsigned former = _mm_getcsr();
    _mm_setcsr(ALL_MASKED_TO_NEAREST | NO_DENORMALS);
    WB_FORGET_MEMORY(unit);
    dot_without_denormals(unit, sums, rows, columns);
    WB_FORGET_MEMORY(unit);
    _mm_setcsr(former);
}

#define tile_load_shapes(unit) ((void)(unit))
#define tile_release(unit) ((void)(unit))

#endif

WB_INLINE void tiles_begin(tile_unit *unit) { memset(&unit->shapes, 0, sizeof unit->shapes); }

// Loading shapes clears the registers, and takes longer than a product of two.
WB_INLINE void tiles_configure(tile_unit *unit, const tile_shapes *shapes) {
    if (memcmp(&unit->shapes, shapes, sizeof *shapes) == 0) return;
    unit->shapes = *shapes;
    tile_load_shapes(unit);
}

WB_INLINE void tiles_end(tile_unit *unit) {
    if (unit->shapes.palette != 0) tile_release(unit);
}
