// The peak rate of one core: independent operations on vectors in the first
// cache. Each returns a number that depends on all of them.

// The independent sums, which are added to in turn: with AVX-512 a product of bfloat16 takes as
// long as 24 of them begin; elsewhere those of float32 stay in the registers.
#if defined(WB_AVX512)
enum { PEAK_CHAINS = 24, PEAK_FLOAT_CHAINS = 24 };
#elif defined(WB_AVX2)
enum { PEAK_CHAINS = 12, PEAK_FLOAT_CHAINS = 6 };
#else
enum { PEAK_CHAINS = 12, PEAK_FLOAT_CHAINS = 3 };
#endif

#define WB_PEAK(chains, vector, start, operand, operation, result)                                                     \
    vector acc[chains], factors[chains];                                                                               \
    for (int j = 0; j < chains; j++) {                                                                                 \
        acc[j] = start;                                                                                                \
        factors[j] = operand;                                                                                          \
    }                                                                                                                  \
    for (size_t i = 0; i < rounds * 24 / chains; i++) {                                                                \
        WB_FORGET_MEMORY(factors);                                                                                     \
        for (int j = 0; j < chains; j++) acc[j] = operation;                                                           \
    }                                                                                                                  \
    for (int j = 1; j < chains; j++) acc[0] += acc[j];                                                                 \
    return result(acc[0])

static float peak_float32(size_t rounds) {
    const v16f b = splat16(1e-7f);
    WB_PEAK(PEAK_FLOAT_CHAINS, v16f, splat16((float)j), splat16(1.0f - (float)j * 1e-6f), acc[j] * factors[j] + b, sum16);
}

static float peak_bfloat16(size_t rounds) {
    const v16u b = splat16u(0x33803380);
    WB_PEAK(PEAK_CHAINS, v16f, splat16((float)j), (v16f)splat16u(0x3f803f80), dot2(acc[j], (v16u)factors[j], b), sum16);
}

static int32_t peak_int8(size_t rounds) {
    const v16i b = splat16i(0x01020103);
    WB_PEAK(PEAK_CHAINS, v16i, splat16i(j), splat16i(0x01010101), dot4(acc[j], factors[j], b, false), __builtin_reduce_add);
}

// Four independent sums, as a block of a product has them.
static float peak_tiles(size_t rounds) {
#if defined(WB_TILES)
    float sums[TILE][TILE];
    uint16_t numbers[TILE * 32];
    for (int i = 0; i < TILE * 32; i++) numbers[i] = 0x3380;
    const tile_shapes shapes = block_shapes(2 * TILE, 2 * TILE, TILE);
    tile_unit unit;
    tiles_begin(&unit);
    tiles_configure(&unit, &shapes);
    tile_zero(&unit, SUMS_00);
    tile_zero(&unit, SUMS_01);
    tile_zero(&unit, SUMS_10);
    tile_zero(&unit, SUMS_11);
    tile_load(&unit, ROWS_0, numbers, STEP_BYTES);
    tile_load(&unit, ROWS_1, numbers, STEP_BYTES);
    tile_load(&unit, COLUMNS_0, numbers, STEP_BYTES);
    tile_load(&unit, COLUMNS_1, numbers, STEP_BYTES);
    for (size_t i = 0; i < rounds; i++) {
        tile_dot(&unit, SUMS_00, ROWS_0, COLUMNS_0);
        tile_dot(&unit, SUMS_01, ROWS_0, COLUMNS_1);
        tile_dot(&unit, SUMS_11, ROWS_1, COLUMNS_1);
        tile_dot(&unit, SUMS_10, ROWS_1, COLUMNS_0);
    }
    tile_store(&unit, SUMS_10, sums, sizeof sums[0]);
    tiles_end(&unit);
    return sums[0][0];
#else
    (void)rounds;
    return 0;
#endif
}
