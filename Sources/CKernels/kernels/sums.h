// Sums and scaled sums of float32 vectors.

// Adds sixteen lanes as a tree, always in the same order.
WB_INLINE float add_lanes(const float *lane) { return sum16(load16(lane)); }

WB_INLINE double add_lanes_double(const double *lane) {
    double sum = 0;
    for (int i = 0; i < WB_LANES; i++) sum += lane[i];
    return sum;
}

static void add_scaled(float *y, float a, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

static void scale(float *x, float a, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] *= a;
}

static float dot(const float *a, const float *b, size_t count) {
    float lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] += a[i + (size_t)j] * b[i + (size_t)j];
    }
    for (; i < count; i++) lane[0] += a[i] * b[i];
    return add_lanes(lane);
}

static double sum_of_squares(const float *a, size_t count) {
    double lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] += (double)a[i + (size_t)j] * (double)a[i + (size_t)j];
    }
    for (; i < count; i++) lane[0] += (double)a[i] * (double)a[i];
    return add_lanes_double(lane);
}

// The place and the key are mixed by the finalizer of MurmurHash3.
static void dropout(float *out, const float *x, uint64_t key, float rate, size_t first, size_t count) {
    const uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    const uint32_t threshold = (uint32_t)((double)rate * 4294967296.0);
    const float scale = 1.0f / (1.0f - rate);
    for (size_t i = 0; i < count; i++) {
        uint32_t h = (uint32_t)(first + i) ^ low;
        h = (h ^ (h >> 16)) * 0x85ebca6bu;
        h = (h ^ (h >> 13)) * 0xc2b2ae35u;
        h = ((h ^ (h >> 16)) + high) * 0x9e3779b1u;
        h ^= h >> 15;
        out[i] = h < threshold ? 0.0f : x[i] * scale;
    }
}
