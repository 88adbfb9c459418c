// Vectors of sixteen lanes and the few operations on them for which an
// instruction set has a name of its own. Everything else is written with
// plain operators, which the compiler splits into what the machine has.

typedef float v16f __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef float v4f __attribute__((vector_size(16)));
typedef float v8f __attribute__((vector_size(32)));
typedef int32_t v8i __attribute__((vector_size(32)));
typedef uint32_t v8u __attribute__((vector_size(32)));
typedef uint16_t v16h __attribute__((vector_size(32)));
typedef uint16_t v32h __attribute__((vector_size(64)));
typedef uint8_t v32b __attribute__((vector_size(32)));
typedef int8_t v32c __attribute__((vector_size(32)));
typedef uint8_t v16b __attribute__((vector_size(16)));
typedef int8_t v16c __attribute__((vector_size(16)));

#define WB_CONVERT(type, x) __builtin_convertvector(x, type)

WB_INLINE v16f load16(const float *p) { v16f v; memcpy(&v, p, sizeof v); return v; }
WB_INLINE void store16(float *p, v16f v) { memcpy(p, &v, sizeof v); }
WB_INLINE v16f splat16(float x) { return x - (v16f){0}; }
WB_INLINE v16u splat16u(uint32_t x) { return x - (v16u){0}; }
WB_INLINE v16i splat16i(int32_t x) { return x - (v16i){0}; }
WB_INLINE v16f select16(v16i mask, v16f a, v16f b) { return (v16f)(((v16i)a & mask) | ((v16i)b & ~mask)); }

// The first `count` lanes, the others zero; and back.
WB_INLINE v16f load_part(const float *p, size_t count) {
    if (count >= 16) return load16(p);
    float lanes[16] = {0};
    memcpy(lanes, p, count * sizeof(float));
    return load16(lanes);
}

WB_INLINE void store_part(float *p, v16f v, size_t count) {
    if (count >= 16) { store16(p, v); return; }
    memcpy(p, &v, count * sizeof(float));
}

// Adds the lanes as a tree, always in the same order.
WB_INLINE float sum8(v8f v) {
    const v4f four = __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
    const v4f two = four + __builtin_shufflevector(four, four, 2, 3, 0, 1);
    return two[0] + two[1];
}

WB_INLINE float sum16(v16f v) {
    return sum8(
        __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
}

// Of sixteen vectors the sums or maxima, each in the order of sum16. That of v[i] is lane
// `i / 4 + i % 4 * 4`.
#define FOLD(out, in, COMBINE, a0, a1, a2, a3, a4, a5, a6, a7, apart)                                                  \
    out = COMBINE(                                                                                                     \
        __builtin_shufflevector(                                                                                       \
            (in)[0], (in)[1], a0, a1, a2, a3, a4, a5, a6, a7, 16 + a0, 16 + a1, 16 + a2, 16 + a3, 16 + a4, 16 + a5,     \
            16 + a6, 16 + a7),                                                                                         \
        __builtin_shufflevector(                                                                                       \
            (in)[0], (in)[1], a0 + apart, a1 + apart, a2 + apart, a3 + apart, a4 + apart, a5 + apart, a6 + apart,      \
            a7 + apart, 16 + a0 + apart, 16 + a1 + apart, 16 + a2 + apart, 16 + a3 + apart, 16 + a4 + apart,           \
            16 + a5 + apart, 16 + a6 + apart, 16 + a7 + apart))
// The last two steps stay within four lanes, where shuffles are cheap.
#define FOLD_WITHIN(out, in, COMBINE, i, j, apart)                                                                     \
    out = COMBINE(                                                                                                     \
        __builtin_shufflevector(                                                                                       \
            (in)[0], (in)[1], i, j, 16 + i, 16 + j, 4 + i, 4 + j, 20 + i, 20 + j, 8 + i, 8 + j, 24 + i, 24 + j,        \
            12 + i, 12 + j, 28 + i, 28 + j),                                                                           \
        __builtin_shufflevector(                                                                                       \
            (in)[0], (in)[1], i + apart, j + apart, 16 + i + apart, 16 + j + apart, 4 + i + apart, 4 + j + apart,      \
            20 + i + apart, 20 + j + apart, 8 + i + apart, 8 + j + apart, 24 + i + apart, 24 + j + apart,              \
            12 + i + apart, 12 + j + apart, 28 + i + apart, 28 + j + apart))
#define FOLD_16(name, type, COMBINE)                                                                                   \
    WB_INLINE type name(const type *v) {                                                                               \
        type eight[8], four[4], two[2], one;                                                                           \
        for (int i = 0; i < 8; i++) { FOLD(eight[i], v + 2 * i, COMBINE, 0, 1, 2, 3, 4, 5, 6, 7, 8); }                 \
        for (int i = 0; i < 4; i++) { FOLD(four[i], eight + 2 * i, COMBINE, 0, 1, 2, 3, 8, 9, 10, 11, 4); }            \
        for (int i = 0; i < 2; i++) { FOLD_WITHIN(two[i], four + 2 * i, COMBINE, 0, 1, 2); }                           \
        FOLD_WITHIN(one, two, COMBINE, 0, 2, 1);                                                                       \
        return one;                                                                                                    \
    }
#define ADD(a, b) ((a) + (b))
FOLD_16(sums_of_16, v16f, ADD)
FOLD_16(integer_sums_of_16, v16i, ADD)
FOLD_16(integer_maxima_of_16, v16i, __builtin_elementwise_max)
#undef ADD
#undef FOLD_16
#undef FOLD_WITHIN
#undef FOLD

// The place of v[i] in what folds sixteen vectors.
WB_INLINE size_t folded_place(size_t i) { return i / 4 + i % 4 * 4; }

// NaN lanes of b are ignored; those of a are kept.
WB_INLINE v16f max16(v16f a, v16f b) { return select16(b > a, b, a); }

WB_INLINE float max_lane(v16f v) {
    v8f eight = __builtin_elementwise_max(
        __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
    eight = __builtin_elementwise_max(eight, __builtin_shufflevector(eight, eight, 4, 5, 6, 7, 0, 1, 2, 3));
    eight = __builtin_elementwise_max(eight, __builtin_shufflevector(eight, eight, 2, 3, 0, 1, 4, 5, 6, 7));
    return eight[0] > eight[1] ? eight[0] : eight[1];
}

// IEEE half precision to single, and to bfloat16 bits rounded to nearest even.

WB_INLINE float half_to_float1(const void *p) {
    _Float16 half;
    memcpy(&half, p, 2);
    return (float)half;
}

WB_INLINE v16f half16(const uint16_t *p) {
#if defined(WB_AVX512)
    return (v16f)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
#elif defined(WB_AVX2)
    const v8f low = (v8f)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
    const v8f high = (v8f)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8)));
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
    float lane[16];
    for (int i = 0; i < 16; i++) lane[i] = half_to_float1(p + i);
    return load16(lane);
#endif
}

WB_INLINE v16f bfloat16(const uint16_t *p) {
    v16h bits;
    memcpy(&bits, p, sizeof bits);
    return (v16f)(WB_CONVERT(v16u, bits) << 16);
}

WB_INLINE v16u round_to_bf16(v16f x) {
    const v16u bits = (v16u)x;
    const v16u rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const v16i isNaN = x != x;
    return (rounded & (v16u)~isNaN) | ((v16u)isNaN & 0x7fc0);
}

WB_INLINE v16h to_bf16(v16f x) {
#if defined(WB_BF16)
    return (v16h)_mm512_cvtneps_pbh((__m512)x);
#else
    return WB_CONVERT(v16h, round_to_bf16(x));
#endif
}

// Sixteen pairs of bfloat16 bits, `even` in the low halves.
WB_INLINE v16u pair_bits(v16h even, v16h odd) {
    return WB_CONVERT(v16u, even) | (WB_CONVERT(v16u, odd) << 16);
}

WB_INLINE v16u pair_bf16(v16f even, v16f odd) {
#if defined(WB_BF16)
    const v32h bits = (v32h)_mm512_cvtne2ps_pbh((__m512)odd, (__m512)even);
    return (v16u)__builtin_shufflevector(
        bits, bits, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
        14, 30, 15, 31);
#else
    return pair_bits(to_bf16(even), to_bf16(odd));
#endif
}

// acc + a.even * b.even + a.odd * b.odd of pairs of bfloat16.
WB_INLINE v16f dot2(v16f acc, v16u a, v16u b) {
#if defined(WB_BF16)
    return (v16f)_mm512_dpbf16_ps((__m512)acc, (__m512bh)a, (__m512bh)b);
#else
    acc += (v16f)(a << 16) * (v16f)(b << 16);
    return acc + (v16f)(a & 0xffff0000u) * (v16f)(b & 0xffff0000u);
#endif
}

// Sums of four products of unsigned and signed bytes, added to each lane.
// Where `wide` is false, unsigned bytes are below 128: two products then fit
// the 16 bits that processors without VNNI have for them.

#if defined(WB_AVX2) && !defined(WB_AVX512)
WB_INLINE __m256i dot4_avx2(__m256i acc, __m256i u, __m256i s, const bool wide) {
    if (!wide) {
        return _mm256_add_epi32(acc, _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), _mm256_set1_epi16(1)));
    }
    const __m256i u_even = _mm256_and_si256(u, _mm256_set1_epi16(255)), u_odd = _mm256_srli_epi16(u, 8);
    const __m256i s_even = _mm256_srai_epi16(_mm256_slli_epi16(s, 8), 8), s_odd = _mm256_srai_epi16(s, 8);
    acc = _mm256_add_epi32(acc, _mm256_madd_epi16(u_even, s_even));
    return _mm256_add_epi32(acc, _mm256_madd_epi16(u_odd, s_odd));
}
#endif

#if !defined(WB_AVX2)
// Sums of four products of 32 bytes: a product fits 16 bits, for signed bytes are above -128.
WB_INLINE v8i dot32_portable(v32b u, v32c s) {
    typedef int16_t v32s __attribute__((vector_size(64)));
    const v16i products = (v16i)(WB_CONVERT(v32s, u) * WB_CONVERT(v32s, s));
    const v16i pairs = ((products << 16) >> 16) + (products >> 16);
    return __builtin_shufflevector(pairs, pairs, 0, 2, 4, 6, 8, 10, 12, 14) +
        __builtin_shufflevector(pairs, pairs, 1, 3, 5, 7, 9, 11, 13, 15);
}
#endif

WB_INLINE v16i dot4(v16i acc, v16i u, v16i s, const bool wide) {
    (void)wide;
#if defined(WB_VNNI)
    return (v16i)_mm512_dpbusd_epi32((__m512i)acc, (__m512i)u, (__m512i)s);
#elif defined(WB_AVX512)
    if (!wide) {
        const __m512i pairs = _mm512_maddubs_epi16((__m512i)u, (__m512i)s);
        return acc + (v16i)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
    }
    const __m512i u_even = _mm512_and_si512((__m512i)u, _mm512_set1_epi16(255));
    const __m512i u_odd = _mm512_srli_epi16((__m512i)u, 8);
    const __m512i s_even = _mm512_srai_epi16(_mm512_slli_epi16((__m512i)s, 8), 8);
    const __m512i s_odd = _mm512_srai_epi16((__m512i)s, 8);
    return acc + (v16i)_mm512_madd_epi16(u_even, s_even) + (v16i)_mm512_madd_epi16(u_odd, s_odd);
#elif defined(WB_AVX2)
    __m256i a[2], b[2], c[2];
    memcpy(a, &acc, 64);
    memcpy(b, &u, 64);
    memcpy(c, &s, 64);
    for (int i = 0; i < 2; i++) a[i] = dot4_avx2(a[i], b[i], c[i], wide);
    memcpy(&acc, a, 64);
    return acc;
#else
    v32b ub[2];
    v32c sb[2];
    v8i sums[2];
    memcpy(ub, &u, 64);
    memcpy(sb, &s, 64);
    for (int i = 0; i < 2; i++) sums[i] = dot32_portable(ub[i], sb[i]);
    return acc + __builtin_shufflevector(
        sums[0], sums[1], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

// table[index[i]] for indices below sixteen.
WB_INLINE v16f look_up16(const float *table, v16i index) {
#if defined(WB_AVX512)
    return (v16f)_mm512_permutexvar_ps((__m512i)index, _mm512_loadu_ps(table));
#elif defined(WB_AVX2)
    const __m256 low = _mm256_loadu_ps(table), high = _mm256_loadu_ps(table + 8);
    __m256i i[2];
    __m256 values[2];
    memcpy(i, &index, 64);
    for (int half = 0; half < 2; half++) {
        // The fourth bit, moved to the sign, chooses between the halves of the table.
        values[half] = _mm256_blendv_ps(
            _mm256_permutevar8x32_ps(low, i[half]), _mm256_permutevar8x32_ps(high, i[half]),
            _mm256_castsi256_ps(_mm256_slli_epi32(i[half], 28)));
    }
    return load16((const float *)values);
#else
    float values[16];
    for (int i = 0; i < 16; i++) values[i] = table[index[i]];
    return load16(values);
#endif
}

WB_INLINE v32b look_up_bytes(const uint8_t *table, v32b index) {
#if defined(WB_AVX2)
    const __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
    return (v32b)_mm256_shuffle_epi8(both, (__m256i)index);
#else
    v32b values;
    for (int i = 0; i < 32; i++) values[i] = table[index[i]];
    return values;
#endif
}

// a[0], b[0], a[1], b[1]...
WB_INLINE v32b interleave_bytes(v16b a, v16b b) {
    return __builtin_shufflevector(
        a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
        30, 15, 31);
}

// e^x within two units in the last place, without a branch, so that loops
// over it vectorize: x = n ln 2 + r, a polynomial for e^r, times 2^n.
// Coefficients: Cephes, expf. Infinity and NaN come out as they should.
WB_INLINE float exp1(float x) {
    const float clamped = x > 88.7228f ? 88.7228f : (x < -87.3365f ? -87.3365f : x);
    const float n = __builtin_roundevenf(clamped * 1.44269504088896341f);
    const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const float e = p * r * r + r + 1.0f;
    // Two factors, since 2^128 does not fit one.
    const int32_t exponent = (int32_t)n;
    const int32_t first = exponent >> 1, second = exponent - (exponent >> 1);
    const uint32_t first_bits = (uint32_t)(first + 127) << 23, second_bits = (uint32_t)(second + 127) << 23;
    float a, b;
    memcpy(&a, &first_bits, 4);
    memcpy(&b, &second_bits, 4);
    float result = e * a * b;
    result = x < -87.3365f ? 0.0f : result;
    result = x > 88.7228f ? INFINITY : result;
    return x != x ? x : result;
}

// tanh x within two units in the last place (1.33 measured), odd and
// monotone, without a branch: near 0 a polynomial, where the other form would leave few digits.
// Coefficients: Cephes, tanhf.
WB_INLINE float tanh1(float x) {
    const float m = fabsf(x), s = x * x;
    float p = -5.70498872745e-3f;
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    const float near = p * s * m + m;
    const float far = 1.0f - 2.0f / (exp1(2.0f * m) + 1.0f);
    return copysignf(m < 0.625f ? near : far, x);
}

// The same as exp1 for x <= 0, where one factor 2^n suffices.
WB_INLINE v16f exp_negative16(v16f x) {
    const v16f clamped = select16(x < -87.3365f, splat16(-87.3365f), x);
    const v16f n = __builtin_elementwise_roundeven(clamped * 1.44269504088896341f);
    const v16f r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
    v16f p = splat16(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    const v16f e = p * r * r + r + 1.0f;
    // NaN has no integer: it gets exponent 0 here and stays NaN in e.
    const v16i exponent = WB_CONVERT(v16i, select16(x != x, splat16(0), n));
    const v16f power = (v16f)((exponent + 127) << 23);
    return select16(x < -87.3365f, splat16(0), e * power);
}
