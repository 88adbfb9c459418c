// Attention of a single query, in float32: decoding.

// Sixteen numbers of a key or a value from `d` on; beyond the head's width they are zero.
WB_INLINE v16f head_part(const void *p, uint32_t type, size_t d, size_t D) {
    if (type == TYPE_F32) return load_part((const float *)p + d, D - d);
    if (D - d >= 16) return half16((const uint16_t *)p + d);
    float numbers[16] = {0};
    half_to_float(numbers, (const uint16_t *)p + d, D - d);
    return load16(numbers);
}

// The inputs and outputs of heads that share their keys and values, for one query.
typedef struct {
    const float *query;  // (heads, D)
    const uint8_t *keys, *values;  // of the first position
    size_t D, row_bytes, count;
    float scale, cap;
    float *weights;  // (heads, sixteens(count))
    float *out;  // (heads, D + 2)
} decoded_heads;

// Scores, their maximum, and weights with their sum.
WB_INLINE void decode_scores(uint32_t type, const size_t heads, const size_t D, const decoded_heads *h) {
    const size_t count = h->count, stride = sixteens(count);
    v16f maximum[MAX_HEADS_AT_ONCE], sum[MAX_HEADS_AT_ONCE];
    for (size_t g = 0; g < heads; g++) maximum[g] = splat16(-INFINITY);
    for (size_t first = 0; first < count; first += 16) {
        v16f parts[MAX_HEADS_AT_ONCE][16];
        const size_t some = count - first < 16 ? count - first : 16;
        if (some < 16) memset(parts, 0, sizeof parts);
        for (size_t i = 0; i < some; i++) {
            const uint8_t *key = h->keys + (first + i) * h->row_bytes;
            const uint8_t *value = h->values + (first + i) * h->row_bytes;
            // Keys are too far apart for the processor to prefetch; values are needed soon, too.
            for (size_t byte = 0; byte < type_bytes(type, D); byte += 64) {
                __builtin_prefetch(key + KEYS_AHEAD * h->row_bytes + byte);
                __builtin_prefetch(value + byte);
            }
            v16f dots[MAX_HEADS_AT_ONCE] = {{0}};
            for (size_t d = 0; d < D; d += 16) {
                const v16f k = head_part(key, type, d, D);
                for (size_t g = 0; g < heads; g++) dots[g] += k * load_part(h->query + g * D + d, D - d);
            }
            for (size_t g = 0; g < heads; g++) parts[g][i % 4 * 4 + i / 4] = dots[g];
        }
        const v16i seen = lanes_between(0, some, 0);
        for (size_t g = 0; g < heads; g++) {
            const v16f scores = select16(seen, sums_of_16(parts[g]) * h->scale, splat16(-INFINITY));
            maximum[g] = max16(maximum[g], scores);
            store16(h->weights + g * stride + first, scores);
        }
    }
    for (size_t g = 0; g < heads; g++) {
        float largest = max_lane(maximum[g]);
        if (h->cap != 0) {
            // The cap is monotone up to rounding, so the largest score stays the largest up to rounding.
            soft_cap(h->weights + g * stride, 1, h->cap, count);
            soft_cap(&largest, 1, h->cap, 1);
        }
        sum[g] = (v16f){0};
        for (size_t i = 0; i < count; i += 16) {
            float *weights = h->weights + g * stride + i;
            const v16f e = exp_negative16(load16(weights) - largest);
            sum[g] += e;
            store16(weights, e);
        }
        h->out[g * (D + 2) + D] = largest;
        h->out[g * (D + 2) + D + 1] = sum16(sum[g]);
    }
}

// The weighted sum of 16 * parts numbers of each value from `d` on.
WB_INLINE void decode_values(
    uint32_t type, const size_t heads, const size_t parts, const size_t D, const decoded_heads *h, size_t d) {
    const size_t stride = sixteens(h->count);
    v16f sums[MAX_HEADS_AT_ONCE][4] = {{{0}}};
    for (size_t i = 0; i < h->count; i++) {
        const uint8_t *value = h->values + i * h->row_bytes;
        for (size_t p = 0; p < parts; p++) {
            const v16f v = head_part(value, type, d + 16 * p, D);
            for (size_t g = 0; g < heads; g++) sums[g][p] += v * h->weights[g * stride + i];
        }
    }
    for (size_t g = 0; g < heads; g++) {
        for (size_t p = 0; p < parts; p++) {
            store_part(h->out + g * (D + 2) + d + 16 * p, sums[g][p], D - d - 16 * p);
        }
    }
}

WB_INLINE void decode_width(uint32_t type, const size_t heads, const size_t D, const decoded_heads *h) {
    decode_scores(type, heads, D, h);
    size_t d = 0;
    for (; d + 48 < D; d += 64) decode_values(type, heads, 4, D, h, d);
    for (; d < D; d += 16) decode_values(type, heads, 1, D, h, d);
}

// The usual widths of heads have code of their own, in which the query stays in registers.
WB_INLINE void decode_heads(uint32_t type, const size_t heads, const decoded_heads *h) {
    switch (h->D) {
    case 64: decode_width(type, heads, 64, h); break;
    case 128: decode_width(type, heads, 128, h); break;
    default: decode_width(type, heads, h->D, h);
    }
}

// One query against some keys, in float32: decoding. Heads of a group share
// what is read. `partial` gets a sum of values, a maximum and a sum of weights a head.
static void attention_decode(
    float *partial, const wb_attention_shape *shape, const float *query, const void *keys, const void *values,
    uint32_t type, size_t row, const int32_t *blocks, size_t head, size_t first, size_t count, float *memory) {
    const size_t D = shape->D, group = shape->H / shape->K, row_bytes = type_bytes(type, row);
    uint8_t *room = (uint8_t *)(memory + MAX_HEADS_AT_ONCE * sixteens(count));
    const uint8_t *some_keys = paged_rows(keys, blocks, row_bytes, first, count, room);
    const uint8_t *some_values = paged_rows(values, blocks, row_bytes, first, count, room + count * D * 4);
    for (size_t from = 0; from < group; from += MAX_HEADS_AT_ONCE) {
        const decoded_heads heads = {
            .query = query + (head * group + from) * D,
            .keys = some_keys,
            .values = some_values,
            .D = D,
            .row_bytes = row_bytes,
            .count = count,
            .scale = shape->scale,
            .cap = shape->cap,
            .weights = memory,
            .out = partial + from * (D + 2),
        };
#define CALL(count) (type == TYPE_F32 ? decode_heads(TYPE_F32, count, &heads) : decode_heads(TYPE_F16, count, &heads))
        switch (group - from) {
        case 1: CALL(1); break;
        case 2: CALL(2); break;
        case 3: CALL(3); break;
        default: CALL(4);
        }
#undef CALL
    }
}

static void attention_merge(float *out, const float *partials, size_t D, size_t stride, size_t parts) {
    float maximum = partials[D];
    for (size_t i = 1; i < parts; i++) maximum = partials[i * stride + D] > maximum ? partials[i * stride + D] : maximum;
    float sum = 0;
    memset(out, 0, D * sizeof(float));
    for (size_t i = 0; i < parts; i++) {
        const float *part = partials + i * stride;
        const float weight = exp1(part[D] - maximum);
        sum += weight * part[D + 1];
        add_scaled(out, weight, part, D);
    }
    for (size_t d = 0; d < D; d++) out[d] /= sum;
}
