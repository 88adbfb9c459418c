// Causal attention over blocks of keys with a running softmax (Dao et al.,
// arXiv 2205.14135; Milakov and Gimelshein, arXiv 1805.02867): scores exist
// for 64 queries and 64 keys at a time.

enum { BLOCK = 64, PAGE = 32, MAX_HEADS_AT_ONCE = 4, KEYS_AHEAD = 8 };

// Where a block of keys begins and ends for one query: 0 <= low <= high <= BLOCK.
WB_INLINE void visible_keys(size_t position, size_t window, size_t first_key, size_t *low, size_t *high) {
    const size_t end = position + 1, begin = window != 0 && window < end ? end - window : 0;
    *high = end <= first_key ? 0 : (end - first_key < BLOCK ? end - first_key : BLOCK);
    *low = begin <= first_key ? 0 : (begin - first_key < *high ? begin - first_key : *high);
}

WB_INLINE size_t first_visible_block(size_t position, size_t window) {
    return window != 0 && window <= position ? (position + 1 - window) / BLOCK * BLOCK : 0;
}

WB_INLINE v16i lanes_between(size_t low, size_t high, size_t first) {
    const v16i lane = (v16i){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (int32_t)first;
    return (lane >= (int32_t)low) & (lane < (int32_t)high);
}

// The parts of a worker's scratch memory, each a multiple of 64 bytes.
WB_INLINE void *take(uint8_t **scratch, size_t bytes) {
    void *p = *scratch;
    *scratch += (bytes + 63) / 64 * 64;
    return p;
}

WB_INLINE size_t even(size_t n) { return (n + 1) / 2 * 2; }
WB_INLINE size_t sixteens(size_t n) { return (n + 15) / 16 * 16; }

static size_t attention_scratch_bytes(const wb_attention_shape *shape, size_t T, bool backward) {
    const size_t group = shape->H / shape->K, D = shape->D;
    const size_t packed = sixteens(BLOCK) * even(D) * 2, packed_columns = BLOCK * sixteens(D) * 2;
    if (!backward) {
        return BLOCK * group * (even(D) * 2 + D * 4 + 8) + packed + packed_columns + BLOCK * BLOCK * 6
            + 2 * BLOCK * D * 4 + 64 * 16;
    }
    const size_t blocks = (T + BLOCK - 1) / BLOCK;
    return blocks * (2 * packed + 2 * packed_columns) + blocks * BLOCK * (D * 4 + 8)
        + 3 * BLOCK * even(D) * 2 + D * BLOCK * 2 + BLOCK * BLOCK * (4 + 4 + 2 + 2 + 2) + 64 * 24;
}

// Keys or values first ..< first + count, which are contiguous or, with `blocks`, in blocks of
// positions: in place if the blocks are consecutive, else copied into `room`.
WB_INLINE const uint8_t *paged_rows(
    const void *start, const int32_t *blocks, size_t row_bytes, size_t first, size_t count, uint8_t *room) {
    const uint8_t *bytes = start;
    if (!blocks) return bytes + first * row_bytes;
    const size_t begin = first / PAGE, end = (first + count - 1) / PAGE;
    bool follow = true;
    for (size_t b = begin; b < end; b++) follow &= blocks[b + 1] == blocks[b] + 1;
    if (follow) return bytes + ((size_t)blocks[begin] * PAGE + first % PAGE) * row_bytes;
    for (size_t done = 0; done < count;) {
        const size_t position = first + done, left = PAGE - position % PAGE;
        const size_t some = left < count - done ? left : count - done;
        const uint8_t *from = bytes + ((size_t)blocks[position / PAGE] * PAGE + position % PAGE) * row_bytes;
        memcpy(room + done * row_bytes, from, some * row_bytes);
        done += some;
    }
    return room;
}

// Replaces a row of scores by exp(scale * (score - maximum)) in bfloat16 and
// updates the row's maximum and sum; returns what earlier sums shrink by.
WB_INLINE float softmax_row(
    uint16_t *p, const float *scores, float scale, size_t low, size_t high, float *maximum, float *sum) {
    v16f largest = splat16(*maximum);
    for (size_t i = 0; i < BLOCK; i += 16) {
        largest = max16(largest, select16(lanes_between(low, high, i), load16(scores + i), splat16(*maximum)));
    }
    const float now = max_lane(largest), shrink = exp1((*maximum - now) * scale);
    v16f total = {0};
    for (size_t i = 0; i < BLOCK; i += 16) {
        const v16f e = select16(
            lanes_between(low, high, i), exp_negative16((load16(scores + i) - now) * scale), splat16(0));
        const v16h bits = to_bf16(e);
        memcpy(p + i, &bits, sizeof bits);
        // What is summed is what is multiplied.
        total += bfloat16(p + i);
    }
    *sum = *sum * shrink + sum16(total);
    *maximum = now;
    return shrink;
}

static void attention_forward(
    float *out, float *log_sum, const wb_attention_shape *shape, const float *query, const void *keys,
    const void *values, uint32_t type, size_t row, const int32_t *blocks, size_t head, size_t rows,
    size_t first_position, void *memory) {
    const size_t H = shape->H, D = shape->D, group = H / shape->K, row_bytes = type_bytes(type, row);
    uint8_t *scratch = memory;
    uint16_t *q = take(&scratch, group * BLOCK * even(D) * 2);           // (group, rows, D)
    float *acc = take(&scratch, group * BLOCK * D * 4);                  // (group, rows, D)
    float *maximum = take(&scratch, group * BLOCK * 4);                  // (group, rows)
    float *sum = take(&scratch, group * BLOCK * 4);                      // (group, rows)
    uint16_t *key_panels = take(&scratch, BLOCK * even(D) * 2);          // of keysᵀ
    uint16_t *value_panels = take(&scratch, BLOCK * sixteens(D) * 2);
    float *scores = take(&scratch, BLOCK * BLOCK * 4);                   // (rows, keys)
    uint16_t *p = take(&scratch, BLOCK * BLOCK * 2);                     // (rows, keys)
    uint8_t *key_room = take(&scratch, BLOCK * D * 4);                   // (keys, D), where they are paged
    uint8_t *value_room = take(&scratch, BLOCK * D * 4);

    for (size_t g = 0; g < group; g++) {
        to_bfloat16(q + g * rows * even(D), even(D), query + (head * group + g) * D, H * D, 1, rows, D);
    }
    tile_unit unit;
    tiles_begin(&unit);
    memset(acc, 0, group * rows * D * 4);
    for (size_t i = 0; i < group * rows; i++) {
        maximum[i] = -1e30f;
        sum[i] = 0;
    }
    const size_t end = first_position + rows;
    const float scale = shape->cap != 0 ? 1 : shape->scale;
    for (size_t k = first_visible_block(first_position, shape->window); k < end; k += BLOCK) {
        const size_t count = end - k < BLOCK ? end - k : BLOCK;
        const uint8_t *some_keys = paged_rows(keys, blocks, row_bytes, k, count, key_room);
        const uint8_t *some_values = paged_rows(values, blocks, row_bytes, k, count, value_room);
        bf16_panels_of_rows(key_panels, some_keys, type, row_bytes, count, D);
        bf16_panels_of_columns(value_panels, some_values, type, row_bytes, 0, D, count);
        for (size_t g = 0; g < group; g++) {
            bf16_product(&unit, scores, BLOCK, q + g * rows * even(D), even(D), key_panels, false, rows, count, D);
            if (shape->cap != 0) soft_cap(scores, shape->scale, shape->cap, rows * BLOCK);
            for (size_t i = 0; i < rows; i++) {
                const size_t place = g * rows + i;
                size_t low, high;
                visible_keys(first_position + i, shape->window, k, &low, &high);
                const float shrink = softmax_row(
                    p + i * BLOCK, scores + i * BLOCK, scale, low, high, maximum + place, sum + place);
                if (shrink != 1) {
                    for (size_t d = 0; d < D; d++) acc[place * D + d] *= shrink;
                }
            }
            bf16_product(&unit, acc + g * rows * D, D, p, BLOCK, value_panels, true, rows, D, count);
        }
    }
    tiles_end(&unit);
    for (size_t g = 0; g < group; g++) {
        for (size_t i = 0; i < rows; i++) {
            const size_t from = g * rows + i, place = i * H + head * group + g;
            const float inverse = 1.0f / sum[from];
            for (size_t d = 0; d < D; d++) out[place * D + d] = acc[from * D + d] * inverse;
            if (log_sum) log_sum[place] = maximum[from] * scale + logf(sum[from]);
        }
    }
}

// A row of scores and of gradients of probabilities, for one key and some queries: the probabilities
// and the scores' gradients in bfloat16. If scores are capped, `scores` are already.
WB_INLINE void slopes_of_row(
    uint16_t *p, uint16_t *ds, const float *scores, const float *dp, const float *log_sums, const float *shared,
    const wb_attention_shape *shape, const bool capped, size_t low, size_t high) {
    const float inverse = capped ? 1.0f / shape->cap : 0;
    for (size_t i = 0; i < BLOCK; i += 16) {
        const v16i seen = lanes_between(low, high, i);
        const v16f score = load16(scores + i);
        v16f exponent;
        if (capped) exponent = score - load16(log_sums + i);
        else exponent = score * shape->scale - load16(log_sums + i);
        // Rounding may make it slightly positive.
        const v16f e = exp_negative16(select16(exponent > 0, splat16(0), exponent));
        const v16f probability = select16(seen, e, splat16(0));
        v16f slope = e * (load16(dp + i) - load16(shared + i)) * shape->scale;
        if (capped) slope *= 1.0f - score * inverse * (score * inverse);
        slope = select16(seen, slope, splat16(0));
        const v16h p_bits = to_bf16(probability), ds_bits = to_bf16(slope);
        memcpy(p + i, &p_bits, sizeof p_bits);
        memcpy(ds + i, &ds_bits, sizeof ds_bits);
    }
}

// One query head's gradients over a whole sequence of T rows. Everything is
// computed transposed, keys by queries, so that each product finds its
// left-hand side in rows and its right-hand side in panels.
static void attention_backward(
    float *dquery, float *dkey, float *dvalue, const float *dout, const float *out, const float *log_sum,
    const wb_attention_shape *shape, const float *query, const float *key, const float *value, size_t head, size_t T,
    void *memory) {
    const size_t H = shape->H, K = shape->K, D = shape->D, stride = H * D, key_head = head / (H / K);
    const size_t blocks = (T + BLOCK - 1) / BLOCK, D2 = even(D), rows_panel = BLOCK * D2, columns_panel = BLOCK * sixteens(D);
    uint8_t *scratch = memory;
    uint16_t *q_rows = take(&scratch, blocks * rows_panel * 2);          // panels of queryᵀ, a block at a time
    uint16_t *g_rows = take(&scratch, blocks * rows_panel * 2);          // panels of doutᵀ
    uint16_t *q_columns = take(&scratch, blocks * columns_panel * 2);    // panels of query
    uint16_t *g_columns = take(&scratch, blocks * columns_panel * 2);    // panels of dout
    float *dq = take(&scratch, blocks * BLOCK * D * 4);                  // dqueryᵀ, a block (D, BLOCK) at a time
    float *shared = take(&scratch, blocks * BLOCK * 4);                  // (T), sum of dout * out
    float *log_sums = take(&scratch, blocks * BLOCK * 4);                // (T)
    uint16_t *k_rows = take(&scratch, BLOCK * D2 * 2);                   // (keys, D)
    uint16_t *v_rows = take(&scratch, BLOCK * D2 * 2);                   // (keys, D)
    uint16_t *k_columns = take(&scratch, D * BLOCK * 2);                 // (D, keys)
    float *s = take(&scratch, BLOCK * BLOCK * 4);                        // (keys, queries)
    float *dp = take(&scratch, BLOCK * BLOCK * 4);                       // (keys, queries)
    uint16_t *p = take(&scratch, BLOCK * BLOCK * 2);                     // (keys, queries)
    uint16_t *ds = take(&scratch, BLOCK * BLOCK * 2);                    // (keys, queries)
    uint16_t *ds_panels = take(&scratch, BLOCK * BLOCK * 2);

    query += head * D, dout += head * D, out += head * D;
    key += key_head * D, value += key_head * D;
    memset(dq, 0, blocks * BLOCK * D * 4);
    memset(shared, 0, blocks * BLOCK * 4);
    memset(log_sums, 0, blocks * BLOCK * 4);
    for (size_t t = 0; t < T; t++) {
        shared[t] = dot(dout + t * stride, out + t * stride, D);
        log_sums[t] = log_sum[t * H + head];
    }
    for (size_t b = 0; b < blocks; b++) {
        const size_t start = b * BLOCK, count = T - start < BLOCK ? T - start : BLOCK;
        const float *q = query + start * stride, *g = dout + start * stride;
        bf16_panels_of_rows(q_rows + b * rows_panel, q, TYPE_F32, stride * 4, count, D);
        bf16_panels_of_rows(g_rows + b * rows_panel, g, TYPE_F32, stride * 4, count, D);
        bf16_panels_of_columns(q_columns + b * columns_panel, q, TYPE_F32, stride * 4, 0, D, count);
        bf16_panels_of_columns(g_columns + b * columns_panel, g, TYPE_F32, stride * 4, 0, D, count);
    }
    tile_unit unit;
    tiles_begin(&unit);
    for (size_t k = 0; k < T; k += BLOCK) {
        const size_t keys = T - k < BLOCK ? T - k : BLOCK;
        to_bfloat16(k_rows, D2, key + k * K * D, K * D, 1, keys, D);
        to_bfloat16(v_rows, D2, value + k * K * D, K * D, 1, keys, D);
        for (size_t d = 0; d < D; d++) {
            for (size_t j = 0; j < keys; j++) k_columns[d * BLOCK + j] = k_rows[j * D2 + d];
            if (keys % 2 == 1) k_columns[d * BLOCK + keys] = 0;
        }
        for (size_t b = k / BLOCK; b < blocks; b++) {
            const size_t start = b * BLOCK, count = T - start < BLOCK ? T - start : BLOCK;
            if (shape->window != 0 && start + 1 > k + keys - 1 + shape->window) break;
            bf16_product(&unit, s, BLOCK, k_rows, D2, q_rows + b * rows_panel, false, keys, count, D);
            if (shape->cap != 0) soft_cap(s, shape->scale, shape->cap, keys * BLOCK);
            bf16_product(&unit, dp, BLOCK, v_rows, D2, g_rows + b * rows_panel, false, keys, count, D);
            for (size_t j = 0; j < keys; j++) {
                // Key k + j is seen by queries from its own on, up to the window's end.
                const size_t position = k + j, low = position > start ? position - start : 0;
                size_t high = count;
                if (shape->window != 0) {
                    const size_t last = position + shape->window;
                    high = last <= start ? 0 : (last - start < count ? last - start : count);
                }
                const size_t row = j * BLOCK;
#define ROW(capped) \
    slopes_of_row(p + row, ds + row, s + row, dp + row, log_sums + start, shared + start, shape, capped, low, high)
                if (shape->cap != 0) ROW(true); else ROW(false);
#undef ROW
            }
            bf16_panels_of_columns(ds_panels, ds, TYPE_BF16, BLOCK * 2, 0, count, keys);
            bf16_product(&unit, dvalue + k * stride + head * D, stride, p, BLOCK, g_columns + b * columns_panel, true, keys, D, count);
            bf16_product(&unit, dkey + k * stride + head * D, stride, ds, BLOCK, q_columns + b * columns_panel, true, keys, D, count);
            bf16_product(&unit, dq + b * BLOCK * D, BLOCK, k_columns, BLOCK, ds_panels, true, D, count, keys);
        }
    }
    tiles_end(&unit);
    for (size_t t = 0; t < T; t++) {
        const float *column = dq + t / BLOCK * BLOCK * D + t % BLOCK;
        for (size_t d = 0; d < D; d++) dquery[t * stride + head * D + d] = column[d * BLOCK];
    }
}
