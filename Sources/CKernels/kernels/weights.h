// Reading weights: to float32, and products with a float32 vector.

// Asks for some bytes of a row that is read soon. Rows are too far apart for the processor to see them coming, and a
// weight is read from memory each time: without this, packing waits most of its time. Beyond a matrix it does nothing.
WB_INLINE void fetch(const uint8_t *row, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i);
    __builtin_prefetch(row + bytes - 1);
}

WB_INLINE void dequantize_blocks(uint32_t type, float *out, const uint8_t *row, size_t first, size_t count) {
    for (size_t b = first; b < first + count; b++, out += 32) {
        const block32 block = load_block(type, row, b);
        store16(out, block_values(type, &block, 0));
        store16(out + 16, block_values(type, &block, 1));
    }
}

static void half_to_float(float *out, const uint16_t *in, size_t count) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) store16(out + i, half16(in + i));
    for (; i < count; i++) out[i] = half_to_float1(in + i);
}

static void float_to_half(uint16_t *out, const float *in, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const _Float16 half = (_Float16)in[i];
        memcpy(&out[i], &half, 2);
    }
}

WB_INLINE void bfloat16_to_float(float *out, const uint16_t *in, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = (uint32_t)in[i] << 16;
        memcpy(&out[i], &bits, 4);
    }
}

static void dequantize_part(
    float *out, const void *row, uint32_t type, size_t first, size_t count) {
    switch (type) {
    case TYPE_F32: memcpy(out, (const float *)row + first, count * sizeof(float)); break;
    case TYPE_F16: half_to_float(out, (const uint16_t *)row + first, count); break;
    case TYPE_BF16: bfloat16_to_float(out, (const uint16_t *)row + first, count); break;
#define CALL(type) dequantize_blocks(type, out, row, first / 32, count / 32)
    default: WB_FOR_QUANTIZED(type, CALL)
#undef CALL
    }
}

static void dequantize(float *out, const void *source, uint32_t type, size_t count) {
    dequantize_part(out, source, type, 0, count);
}

WB_INLINE float dot_blocks(uint32_t type, const uint8_t *row, const float *x, size_t blocks) {
    v16f low = {0}, high = {0};
    for (size_t b = 0; b < blocks; b++, x += 32) {
        const block32 block = load_block(type, row, b);
        low += block_values(type, &block, 0) * load16(x);
        high += block_values(type, &block, 1) * load16(x + 16);
    }
    return sum16(low + high);
}

static float dot_half(const uint16_t *row, const float *x, size_t count) {
    v16f sum = {0}, other = {0};
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        sum += half16(row + i) * load16(x + i);
        other += half16(row + i + 16) * load16(x + i + 16);
    }
    float rest = 0;
    for (; i < count; i++) rest += half_to_float1(row + i) * x[i];
    return sum16(sum + other) + rest;
}

static float dot_bfloat16(const uint16_t *row, const float *x, size_t count) {
    v16f sum = {0}, other = {0};
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        sum += bfloat16(row + i) * load16(x + i);
        other += bfloat16(row + i + 16) * load16(x + i + 16);
    }
    float rest = 0, w;
    for (; i < count; i++) {
        bfloat16_to_float(&w, row + i, 1);
        rest += w * x[i];
    }
    return sum16(sum + other) + rest;
}

static void matrix_vector(
    float *out, const void *weight, uint32_t type, size_t row_bytes, const float *x, size_t rows, size_t columns) {
    const uint8_t *row = weight;
    for (size_t r = 0; r < rows; r++, row += row_bytes) {
        switch (type) {
        case TYPE_F32: out[r] = dot((const float *)row, x, columns); break;
        case TYPE_F16: out[r] = dot_half((const uint16_t *)row, x, columns); break;
        case TYPE_BF16: out[r] = dot_bfloat16((const uint16_t *)row, x, columns); break;
#define CALL(type) out[r] = dot_blocks(type, row, x, columns / 32)
        default: WB_FOR_QUANTIZED(type, CALL)
#undef CALL
        }
    }
}
