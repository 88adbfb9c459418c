// Float32 to the K types of GGUF: super-blocks of 256 numbers whose blocks have
// scales, and minima, of a few bits.
//
// For each block the weighted sum of squared errors is minimized: a grid of
// scales is tried, each with the best scale and minimum for the codes that it
// gives, in closed form. Then the scales are rounded to their bits, their
// neighbours are tried, and the super-block's own two factors are fitted to the
// codes. A number's weight grows with its magnitude, since large weights tend to
// meet large activations.
//
// Numbers too small for a scale in float16 become zero. If a scale is so small
// that it has no inverse, an error may be NaN, which loses every comparison.
//
// Every build gives the same bytes, so that a file does not depend on the
// machine: sums are added in one order, and products are rounded before.
#pragma STDC FP_CONTRACT OFF

// x is about scale * q - minimum; no minimum is negative.
typedef struct { float scale, minimum; } wb_affine;

enum { SCALE_STEPS = 10, SUPER_BLOCKS = 8, SUPER_ROUNDS = 2 };

WB_INLINE v16f absolute16(v16f x) { return (v16f)((v16i)x & 0x7fffffff); }

WB_INLINE v16f clamp16(v16f x, float least, float most) {
    const v16f low = select16(x < least, splat16(least), x);
    return select16(low > most, splat16(most), low);
}

WB_INLINE float min_lane(v16f x) { return -max_lane(-x); }

// Scale and minimum rounded to float16, in which they are stored.
WB_INLINE float as_half(float x) { return (float)(_Float16)x; }

WB_INLINE void store_half(uint8_t *p, float x) { const _Float16 half = (_Float16)x; memcpy(p, &half, 2); }

// The weights of 32 numbers: their root mean square plus their own magnitude.
WB_INLINE void weigh32(v16f *weight, const v16f *x) {
    const float spread = sqrtf(sum16(x[0] * x[0] + x[1] * x[1]) / 32);
    for (int i = 0; i < 2; i++) weight[i] = absolute16(x[i]) + spread;
}

// The weights of sixteen numbers: half of their mean square plus their own. With six bits all errors
// are small, and those of the largest numbers count most.
WB_INLINE v16f weigh16(v16f x) { return x * x + sum16(x * x) / 32; }

// The codes nearest to x, and their error.
WB_INLINE float nearest_codes(
    v16f *q, const v16f *x, const v16f *weight, wb_affine a, float least, float most, const int count) {
    const float inverse = a.scale != 0 ? 1 / a.scale : 0;
    v16f error = {0};
    for (int i = 0; i < count; i++) {
        q[i] = clamp16(__builtin_elementwise_roundeven((x[i] + a.minimum) * inverse), least, most);
        const v16f off = q[i] * a.scale - a.minimum - x[i];
        error += weight[i] * off * off;
    }
    return sum16(error);
}

// The best scale and minimum for given codes: weighted least squares.
WB_INLINE wb_affine fit_affine(const v16f *q, const v16f *x, const v16f *weight, wb_affine fallback) {
    v16f w = {0}, wq = {0}, wqq = {0}, wx = {0}, wqx = {0};
    for (int i = 0; i < 2; i++) {
        const v16f weighted = weight[i] * q[i];
        w += weight[i];
        wq += weighted;
        wqq += weighted * q[i];
        wx += weight[i] * x[i];
        wqx += weighted * x[i];
    }
    const float W = sum16(w), Q = sum16(wq), QQ = sum16(wqq), X = sum16(wx), QX = sum16(wqx);
    const float determinant = W * QQ - Q * Q;
    if (!(determinant > 0) || !(QQ > 0)) return fallback;
    const float scale = (W * QX - Q * X) / determinant, minimum = (Q * QX - QQ * X) / determinant;
    if (minimum < 0) return (wb_affine){QX / QQ, 0};
    return (wb_affine){scale, minimum};
}

// The scale and minimum of 32 numbers, unrounded.
WB_INLINE wb_affine search_affine(const v16f *x, const v16f *weight, float highest) {
    const float low = fminf(fminf(min_lane(x[0]), min_lane(x[1])), 0);
    const float high = fmaxf(max_lane(x[0]), max_lane(x[1]));
    if (!(high > low)) return (wb_affine){0, -low};
    v16f q[2];
    wb_affine best = {(high - low) / highest, -low};
    float least = nearest_codes(q, x, weight, best, 0, highest, 2);
    for (int step = -SCALE_STEPS; step <= SCALE_STEPS; step++) {
        wb_affine a = {(high - low) / (highest + 0.1f * (float)step), -low};
        nearest_codes(q, x, weight, a, 0, highest, 2);
        // A fit may move codes, and moved codes allow a better fit.
        for (int round = 0; round < 2; round++) {
            a = fit_affine(q, x, weight, a);
            const float error = nearest_codes(q, x, weight, a, 0, highest, 2);
            if (!(error < least)) break;
            least = error;
            best = a;
        }
    }
    return best;
}

// A super-block in progress: eight blocks of 32 with their codes, scales and minima.
typedef struct {
    v16f x[SUPER_BLOCKS][2], weight[SUPER_BLOCKS][2], q[SUPER_BLOCKS][2];
    float scale[SUPER_BLOCKS], minimum[SUPER_BLOCKS];  // whole numbers of six bits
    float d, dmin;
} wb_affine_super;

// Rounds one block's scale and minimum to six bits, or to a neighbour that suits the codes better.
WB_INLINE float round_affine(wb_affine_super *s, int b, wb_affine wanted, float highest) {
    const float scale = s->d > 0 ? roundf(wanted.scale / s->d) : 0;
    const float minimum = s->dmin > 0 ? roundf(wanted.minimum / s->dmin) : 0;
    float least = INFINITY;
    for (int i = 0; i < 9; i++) {
        // The rounded values first, so that they win ties.
        const float near_scale = scale + (float)((i + 1) % 3 - 1), near_minimum = minimum + (float)((i / 3 + 1) % 3 - 1);
        if (near_scale < 0 || near_scale > 63 || near_minimum < 0 || near_minimum > 63) continue;
        const wb_affine a = {s->d * near_scale, s->dmin * near_minimum};
        v16f q[2];
        const float error = nearest_codes(q, s->x[b], s->weight[b], a, 0, highest, 2);
        if (!(error < least)) continue;
        least = error;
        s->scale[b] = near_scale;
        s->minimum[b] = near_minimum;
        memcpy(s->q[b], q, sizeof q);
    }
    return least;
}

// The best d and dmin for the codes and the rounded scales.
WB_INLINE void fit_super(wb_affine_super *s) {
    v16f aa = {0}, ab = {0}, bb = {0}, ax = {0}, bx = {0};
    for (int b = 0; b < SUPER_BLOCKS; b++) {
        for (int i = 0; i < 2; i++) {
            const v16f w = s->weight[b][i], x = s->x[b][i], a = s->q[b][i] * s->scale[b];
            const float m = -s->minimum[b];
            aa += w * a * a;
            ab += w * a * m;
            bb += w * m * m;
            ax += w * a * x;
            bx += w * m * x;
        }
    }
    const float AA = sum16(aa), AB = sum16(ab), BB = sum16(bb), AX = sum16(ax), BX = sum16(bx);
    const float determinant = AA * BB - AB * AB;
    if (!(AA > 0)) return;
    const bool hasMinima = BB > 0 && determinant > 0;
    const float d = hasMinima ? (AX * BB - BX * AB) / determinant : AX / AA;
    const float dmin = hasMinima ? (BX * AA - AX * AB) / determinant : s->dmin;
    if (!(d > 0) || !(dmin >= 0)) return;
    s->d = as_half(d);
    s->dmin = as_half(dmin);
}

WB_INLINE void search_affine_super(wb_affine_super *best, const float *in, float highest) {
    wb_affine_super s = {.d = 0};
    wb_affine wanted[SUPER_BLOCKS];
    for (int b = 0; b < SUPER_BLOCKS; b++, in += 32) {
        s.x[b][0] = load16(in);
        s.x[b][1] = load16(in + 16);
        weigh32(s.weight[b], s.x[b]);
        wanted[b] = search_affine(s.x[b], s.weight[b], highest);
        s.d = fmaxf(s.d, wanted[b].scale);
        s.dmin = fmaxf(s.dmin, wanted[b].minimum);
    }
    s.d = as_half(s.d / 63);
    s.dmin = as_half(s.dmin / 63);
    *best = s;
    float least = INFINITY;
    for (int round = 0; round <= SUPER_ROUNDS; round++) {
        float error = 0;
        for (int b = 0; b < SUPER_BLOCKS; b++) error += round_affine(&s, b, wanted[b], highest);
        if (!(error < least)) break;
        least = error;
        *best = s;
        fit_super(&s);
    }
}

WB_INLINE void store_codes(uint8_t *out, const v16f *q) {
    const v16b low = WB_CONVERT(v16b, WB_CONVERT(v16i, q[0])), high = WB_CONVERT(v16b, WB_CONVERT(v16i, q[1]));
    memcpy(out, &low, 16);
    memcpy(out + 16, &high, 16);
}

// Q4_K, or Q5_K with a fifth bit.
WB_INLINE void quantize_affine(uint8_t *out, const float *in, const bool hasFifthBit) {
    wb_affine_super s;
    search_affine_super(&s, in, hasFifthBit ? 31 : 15);
    store_half(out, s.d);
    store_half(out + 2, s.dmin);
    uint8_t *scales = out + 4, *fifth = out + 16, *low = hasFifthBit ? fifth + 32 : fifth;
    for (int i = 0; i < 4; i++) {
        const int scale = (int)s.scale[i + 4], minimum = (int)s.minimum[i + 4];
        scales[i] = (uint8_t)((int)s.scale[i] | (scale >> 4) << 6);
        scales[i + 4] = (uint8_t)((int)s.minimum[i] | (minimum >> 4) << 6);
        scales[i + 8] = (uint8_t)((scale & 15) | (minimum & 15) << 4);
    }
    if (hasFifthBit) memset(fifth, 0, 32);
    for (int b = 0; b < SUPER_BLOCKS; b += 2, low += 32) {
        uint8_t q[2][32];
        store_codes(q[0], s.q[b]);
        store_codes(q[1], s.q[b + 1]);
        for (int i = 0; i < 32; i++) {
            low[i] = (uint8_t)((q[0][i] & 15) | (q[1][i] & 15) << 4);
            if (hasFifthBit) fifth[i] = (uint8_t)(fifth[i] | (q[0][i] >> 4) << b | (q[1][i] >> 4) << (b + 1));
        }
    }
}

// The scale of sixteen numbers without a minimum, unrounded; its sign is such that the largest number
// gets the code -32, of which there is no positive counterpart.
WB_INLINE float search_scale(v16f x, v16f weight) {
    const float high = max_lane(x), low = min_lane(x);
    const float extreme = high > -low ? high : low;
    if (extreme == 0) return 0;
    float best = 0, least = INFINITY;
    for (int step = -SCALE_STEPS; step <= SCALE_STEPS; step++) {
        wb_affine a = {extreme / (-32 + 0.1f * (float)step), 0};
        v16f q;
        for (int round = 0; round < 2; round++) {
            const float error = nearest_codes(&q, &x, &weight, a, -32, 31, 1);
            if (error < least) {
                least = error;
                best = a.scale;
            } else if (round > 0) {
                break;
            }
            const float QQ = sum16(weight * q * q);
            if (!(QQ > 0)) break;
            a.scale = sum16(weight * q * x) / QQ;
        }
        const float error = nearest_codes(&q, &x, &weight, a, -32, 31, 1);
        if (!(error < least)) continue;
        least = error;
        best = a.scale;
    }
    return best;
}

WB_INLINE void quantize_q6_k(uint8_t *out, const float *in) {
    enum { BLOCKS = 16 };
    v16f x[BLOCKS], weight[BLOCKS], q[BLOCKS] = {{0}}, best_q[BLOCKS] = {{0}};
    float wanted[BLOCKS], scale[BLOCKS] = {0}, best_scale[BLOCKS] = {0}, extreme = 0;
    for (int b = 0; b < BLOCKS; b++) {
        x[b] = load16(in + 16 * b);
        weight[b] = weigh16(x[b]);
        wanted[b] = search_scale(x[b], weight[b]);
        if (fabsf(wanted[b]) > fabsf(extreme)) extreme = wanted[b];
    }
    float d = as_half(extreme / -128), best_d = 0, least = INFINITY;
    for (int round = 0; round <= SUPER_ROUNDS && d != 0; round++) {
        float total = 0;
        v16f aa = {0}, ax = {0};
        for (int b = 0; b < BLOCKS; b++) {
            const float middle = roundf(wanted[b] / d);
            float nearest = INFINITY;
            for (int i = 0; i < 3; i++) {
                const float near = middle + (float)((i + 1) % 3 - 1);
                if (near < -128 || near > 127) continue;
                v16f codes;
                const float error = nearest_codes(&codes, &x[b], &weight[b], (wb_affine){d * near, 0}, -32, 31, 1);
                if (!(error < nearest)) continue;
                nearest = error;
                scale[b] = near;
                q[b] = codes;
            }
            total += nearest;
            const v16f a = q[b] * scale[b];
            aa += weight[b] * a * a;
            ax += weight[b] * a * x[b];
        }
        if (!(total < least)) break;
        least = total;
        best_d = d;
        memcpy(best_q, q, sizeof q);
        memcpy(best_scale, scale, sizeof scale);
        const float AA = sum16(aa);
        if (!(AA > 0)) break;
        d = as_half(sum16(ax) / AA);
    }
    memset(out, 0, 192);
    for (int b = 0; b < BLOCKS / 2; b++) {
        const int half = b / 4, i = b % 4;
        const v16f codes[2] = {best_q[2 * b] + 32, best_q[2 * b + 1] + 32};
        uint8_t bytes[32];
        store_codes(bytes, codes);
        uint8_t *low = out + 64 * half + 32 * (i % 2), *high = out + 128 + 32 * half;
        for (int l = 0; l < 32; l++) {
            low[l] = (uint8_t)(low[l] | (bytes[l] & 15) << (i / 2 * 4));
            high[l] = (uint8_t)(high[l] | (bytes[l] >> 4) << (2 * i));
        }
    }
    for (int b = 0; b < BLOCKS; b++) out[192 + b] = (uint8_t)(int8_t)best_scale[b];
    store_half(out + 208, best_d);
}

static void quantize_super(void *out, const float *in, uint32_t type, size_t count) {
    uint8_t *block = out;
    for (size_t i = 0; i < count; i += 256, block += type_bytes(type, 256)) {
        switch (type) {
        case TYPE_Q4_K: quantize_affine(block, in + i, false); break;
        case TYPE_Q5_K: quantize_affine(block, in + i, true); break;
        case TYPE_Q6_K: quantize_q6_k(block, in + i); break;
        default: __builtin_trap();
        }
    }
}

#pragma STDC FP_CONTRACT DEFAULT
