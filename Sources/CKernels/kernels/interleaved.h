// Quantized weights in the order in which decoding reads them: sixteen rows
// side by side, so that a vector holds one column of each and the scales of a
// block are one load. The numbers keep their bits; only the K
// types' scales grow, which take eight bits instead of six, and the rarer types: Q2_K
// and Q3_K take four bits a number, IQ4_NL eight.
//
// For each block of 32 columns, little endian:
//   types of 32: 16 scales in float16, then 16 minima where the type has them;
//   K types: at the start of each 256 columns the same for the super-block,
//   then a byte a row for each scale (two with halves), then for each minimum;
//   then the bits beyond four, those of `8 / bits` words in each 64 bytes;
//   then the low four: byte 64 j + 4 r + i holds columns 4 j + i (low) and
//   4 j + i + 16 (high) of row r. Eight bits are stored as they are: byte
//   64 k + 4 r + i holds column 4 k + i.

WB_INLINE bool is_super(uint32_t type) {
    return type == TYPE_Q2_K || type == TYPE_Q3_K || type == TYPE_Q4_K || type == TYPE_Q5_K || type == TYPE_Q6_K;
}

// The offset of a super-block's float16 scale.
WB_INLINE size_t super_scale_place(uint32_t type) {
    switch (type) {
    case TYPE_Q2_K: return 80;
    case TYPE_Q3_K: return 108;
    case TYPE_Q6_K: return 208;
    default: return 0;
    }
}

// The bytes that the scales and minima of a block take for sixteen rows of a K type.
WB_INLINE size_t byte_scales(uint32_t type) { return 16 * scale_groups(type) * (has_minimum(type) ? 2 : 1); }

// The bits of a number beyond four.
WB_INLINE int more_bits(uint32_t type) {
    switch (type) {
    case TYPE_Q5_0: case TYPE_Q5_1: case TYPE_Q5_K: return 1;
    case TYPE_Q6_K: return 2;
    case TYPE_Q8_0: case TYPE_IQ4_NL: return 4;
    default: return 0;
    }
}

WB_INLINE size_t halves_bytes(uint32_t type) { return has_minimum(type) ? 64 : 32; }

WB_INLINE size_t interleaved_block_bytes(uint32_t type) {
    const size_t scales = is_super(type) ? byte_scales(type) : halves_bytes(type);
    return scales + 256 + 64 * (size_t)more_bits(type);
}

static size_t interleaved_bytes(uint32_t type, size_t rows, size_t columns) {
    const size_t panels = (rows + 15) / 16, super = is_super(type) ? columns / 256 * halves_bytes(type) : 0;
    return panels * (super + columns / 32 * interleaved_block_bytes(type));
}

// Copies the float16 scale of each row, and the minimum that follows it.
WB_INLINE uint8_t *interleave_halves(uint32_t type, uint8_t *out, const uint8_t *scale, size_t row_bytes, size_t rows) {
    memset(out, 0, halves_bytes(type));
    for (size_t r = 0; r < rows; r++, scale += row_bytes) {
        memcpy(out + 2 * r, scale, 2);
        if (has_minimum(type)) memcpy(out + 32 + 2 * r, scale + 2, 2);
    }
    return out + halves_bytes(type);
}

// The scales of block `b` in a super-block, a byte a row.
WB_INLINE uint8_t *interleave_scales(
    uint32_t type, uint8_t *out, const uint8_t *super, size_t b, size_t row_bytes, size_t rows) {
    memset(out, 0, byte_scales(type));
    for (size_t r = 0; r < rows; r++, super += row_bytes) {
        switch (type) {
        case TYPE_Q2_K:
            for (size_t g = 0; g < 2; g++) {
                out[16 * g + r] = super[2 * b + g] & 15;
                out[32 + 16 * g + r] = super[2 * b + g] >> 4;
            }
            break;
        case TYPE_Q3_K:
            for (size_t g = 0; g < 2; g++) out[16 * g + r] = (uint8_t)(int8_t)scale_of_16(super + 96, 2 * b + g);
            break;
        case TYPE_Q6_K:
            for (size_t g = 0; g < 2; g++) out[16 * g + r] = super[192 + 2 * b + g];
            break;
        default: {
            float scale, minimum;
            scale_and_minimum(super + 4, b, &scale, &minimum);
            out[r] = (uint8_t)scale;
            out[16 + r] = (uint8_t)minimum;
        }
        }
    }
    return out + byte_scales(type);
}

WB_INLINE v16i load_words(const uint8_t *p) { v16i v; memcpy(&v, p, 64); return v; }

WB_INLINE void interleave_panel(
    uint32_t type, uint8_t *out, const uint8_t *weight, size_t row_bytes, size_t rows, size_t blocks) {
    const size_t super_bytes = type_bytes(type, 256);
    for (size_t b = 0; b < blocks; b++) {
        if (is_super(type)) {
            const uint8_t *super = weight + b / 8 * super_bytes;
            const uint8_t *scale = super + super_scale_place(type);
            if (b % 8 == 0) out = interleave_halves(type, out, scale, row_bytes, rows);
            out = interleave_scales(type, out, super, b % 8, row_bytes, rows);
        } else {
            out = interleave_halves(type, out, weight + b * (super_bytes / 8), row_bytes, rows);
        }
        v8u rows_of_words[16] = {{0}};
        for (size_t r = 0; r < rows; r++) rows_of_words[r] = (v8u)load_block(type, weight + r * row_bytes, b).q;
        uint8_t bytes[512];
        transpose_16_by_8(bytes, rows_of_words);
        v16i q[8];
        for (int k = 0; k < 8; k++) q[k] = load_words(bytes + 64 * k);
        const int bits = more_bits(type);
        if (is_wide(type)) {
            memcpy(out, q, 512);
            out += 512;
            continue;
        }
        for (int n = 0; n < bits; n++) {
            v16i more = {0};
            const int words = 8 / bits;
            for (int k = 0; k < words; k++) {
                more |= ((q[n * words + k] >> 4) & (0x01010101 * ((1 << bits) - 1))) << (bits * k);
            }
            memcpy(out, &more, 64);
            out += 64;
        }
        for (int k = 0; k < 4; k++, out += 64) {
            const v16i low = (q[k] & 0x0f0f0f0f) | (q[k + 4] & 0x0f0f0f0f) << 4;
            memcpy(out, &low, 64);
        }
    }
}

static void interleave(
    void *out, const void *weight, uint32_t type, size_t row_bytes, size_t rows, size_t columns) {
    uint8_t *panel = out;
    const uint8_t *row = weight;
    const size_t bytes = interleaved_bytes(type, 16, columns);
    for (size_t r = 0; r < rows; r += 16, row += 16 * row_bytes, panel += bytes) {
        const size_t count = rows - r < 16 ? rows - r : 16;
#define CALL(type) interleave_panel(type, panel, row, row_bytes, count, columns / 32)
        WB_FOR_INTEGERS(type, CALL)
#undef CALL
    }
}

// Columns 4 k ..< 4 k + 4 of sixteen rows; `more` and `low` as they are stored.
WB_INLINE v16i interleaved_word(uint32_t type, const v16i *more, const v16i *low, int k) {
    if (is_wide(type)) return k < 4 ? more[k] : low[k - 4];
    const v16i word = (k < 4 ? low[k] : low[k - 4] >> 4) & 0x0f0f0f0f;
    const int bits = more_bits(type);
    if (bits == 0) return word;
    const int words = 8 / bits, shift = 4 - bits * (k % words);
    const v16i above = shift >= 0 ? more[k / words] << shift : more[k / words] >> -shift;
    return word | (above & (0x10101010 * ((1 << bits) - 1)));
}

// Sixteen rows times one vector.
WB_INLINE v16f interleaved_dots(
    uint32_t type, const uint8_t *p, const int8_t *q, const float *scale, const int32_t *sum, size_t blocks) {
    v16f acc = {0}, minima = {0}, super_scale = {0}, super_minimum = {0};
    for (size_t b = 0; b < blocks; b++) {
        v16f d[2], m[2] = {{0}};
        if (is_super(type)) {
            if (b % 8 == 0) {
                super_scale = half16((const uint16_t *)p);
                if (has_minimum(type)) super_minimum = half16((const uint16_t *)(p + 32));
                p += halves_bytes(type);
            }
            for (size_t g = 0; g < scale_groups(type); g++, p += 16) {
                // Six bits, or eight with a sign.
                d[g] = super_scale * WB_CONVERT(v16f, WB_CONVERT(v16i, (v16c)load_16_bytes(p)));
            }
            for (size_t g = 0; has_minimum(type) && g < scale_groups(type); g++, p += 16) {
                m[g] = -super_minimum * WB_CONVERT(v16f, WB_CONVERT(v16i, load_16_bytes(p)));
            }
        } else {
            d[0] = half16((const uint16_t *)p);
            if (has_minimum(type)) m[0] = half16((const uint16_t *)(p + 32));
            p += halves_bytes(type);
        }
        v16i more[4], low[4];
        for (int n = 0; n < more_bits(type); n++, p += 64) more[n] = load_words(p);
        for (int k = 0; k < 4; k++, p += 64) low[k] = load_words(p);

        const int32_t *s = sum + 2 * b;
        const int32_t both = s[0] + s[1], offset = -type_offset(type);
        v16i high_dots[2] = {{0}}, fine_dots[2];
        fine_dots[0] = splat16i(offset * (has_halves(type) ? s[0] : both));
        fine_dots[1] = splat16i(has_halves(type) ? offset * s[1] : 0);
#pragma clang loop unroll(full)
        for (int k = 0; k < 8; k++) {
            const v16i word = interleaved_word(type, more, low, k);
            int32_t high, fine;
            memcpy(&high, q + b * 32 + 4 * k, 4);
            memcpy(&fine, q + (blocks + b) * 32 + 4 * k, 4);
            high_dots[k / 4] = dot4(high_dots[k / 4], word, splat16i(high), is_wide(type));
            fine_dots[k / 4] = dot4(fine_dots[k / 4], word, splat16i(fine), is_wide(type));
        }
        if (has_halves(type)) {
            for (int g = 0; g < 2; g++) {
                acc += WB_CONVERT(v16f, (high_dots[g] << 8) + fine_dots[g]) * (d[g] * scale[b]);
            }
        } else {
            const v16i dots = ((high_dots[0] + high_dots[1]) << 8) + (fine_dots[0] + fine_dots[1]);
            acc += WB_CONVERT(v16f, dots) * (d[0] * scale[b]);
        }
        if (!has_minimum(type)) continue;
        if (has_halves(type)) {
            for (int g = 0; g < 2; g++) minima += m[g] * (scale[b] * (float)s[g]);
        } else {
            minima += m[0] * (scale[b] * (float)both);
        }
    }
    return acc + minima;
}

static void int8_matrix_vector(
    float *out, const void *interleaved, uint32_t type, const int8_t *q, const float *scale, const int32_t *sum,
    size_t rows, size_t columns) {
    const uint8_t *panel = interleaved;
    const size_t bytes = interleaved_bytes(type, 16, columns);
    for (size_t r = 0; r < rows; r += 16, panel += bytes) {
        v16f dots;
#define CALL(type) dots = interleaved_dots(type, panel, q, scale, sum, columns / 32)
        WB_FOR_INTEGERS(type, CALL)
#undef CALL
        store_part(out + r, dots, rows - r);
    }
}
