// The peak rate of one core: independent operations on vectors in the first
// cache. Each returns a number that depends on all of them.

enum { PEAK_CHAINS = 12 };

// Makes the compiler believe that memory has changed, so that no work moves out of a loop.
#define WB_FORGET_MEMORY(p) __asm__ volatile("" : : "r"(p) : "memory")

#define WB_PEAK(vector, start, operand, operation, result)                                                             \
    vector acc[PEAK_CHAINS], factors[PEAK_CHAINS];                                                                     \
    for (int j = 0; j < PEAK_CHAINS; j++) {                                                                            \
        acc[j] = start;                                                                                                \
        factors[j] = operand;                                                                                          \
    }                                                                                                                  \
    for (size_t i = 0; i < rounds; i++) {                                                                              \
        WB_FORGET_MEMORY(factors);                                                                                     \
        for (int j = 0; j < PEAK_CHAINS; j++) acc[j] = operation;                                                      \
    }                                                                                                                  \
    for (int j = 1; j < PEAK_CHAINS; j++) acc[0] += acc[j];                                                            \
    return result(acc[0])

static float peak_float32(size_t rounds) {
    const v16f b = splat16(1e-7f);
    WB_PEAK(v16f, splat16((float)j), splat16(1.0f - (float)j * 1e-6f), acc[j] * factors[j] + b, sum16);
}

static float peak_bfloat16(size_t rounds) {
    const v16u b = splat16u(0x33803380);
    WB_PEAK(v16f, splat16((float)j), (v16f)splat16u(0x3f803f80), dot2(acc[j], (v16u)factors[j], b), sum16);
}

static int32_t peak_int8(size_t rounds) {
    const v16i b = splat16i(0x01020103);
    WB_PEAK(v16i, splat16i(j), splat16i(0x01010101), dot4(acc[j], factors[j], b, false), __builtin_reduce_add);
}
