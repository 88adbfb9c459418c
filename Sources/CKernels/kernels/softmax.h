// Softmax and cross entropy over a row.

WB_INLINE float row_maximum(const float *x, size_t count) {
    float lane[WB_LANES];
    for (int j = 0; j < WB_LANES; j++) lane[j] = -INFINITY;
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] = x[i + (size_t)j] > lane[j] ? x[i + (size_t)j] : lane[j];
    }
    for (; i < count; i++) lane[0] = x[i] > lane[0] ? x[i] : lane[0];
    float maximum = lane[0];
    for (int j = 1; j < WB_LANES; j++) maximum = lane[j] > maximum ? lane[j] : maximum;
    return maximum;
}

static void soft_cap(float *x, float scale, float cap, size_t count) {
    const float factor = scale / cap;
    for (size_t i = 0; i < count; i++) x[i] = cap * tanh1(x[i] * factor);
}

// With y = cap tanh(scale x / cap): dy/dx = scale (1 - (y / cap)^2).
static void soft_cap_backward(float *dx, const float *y, float scale, float cap, size_t count) {
    const float inverse = 1.0f / cap;
    for (size_t i = 0; i < count; i++) {
        const float t = y[i] * inverse;
        dx[i] *= scale * (1.0f - t * t);
    }
}

static void softmax(float *x, float scale, size_t count, size_t width) {
    const float maximum = row_maximum(x, count);
    float lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) {
            const float e = exp1((x[i + (size_t)j] - maximum) * scale);
            x[i + (size_t)j] = e;
            lane[j] += e;
        }
    }
    for (; i < count; i++) {
        x[i] = exp1((x[i] - maximum) * scale);
        lane[0] += x[i];
    }
    const float inverse = 1.0f / add_lanes(lane);
    for (i = 0; i < count; i++) x[i] *= inverse;
    for (i = count; i < width; i++) x[i] = 0;
}

static void softmax_backward(float *dp, const float *p, float scale, size_t count) {
    const float shared = dot(p, dp, count);
    for (size_t i = 0; i < count; i++) dp[i] = p[i] * (dp[i] - shared) * scale;
}

static double cross_entropy(float *logits, size_t target, float gradient_scale, size_t count) {
    const float maximum = row_maximum(logits, count);
    const float chosen = logits[target];
    // Summed in double: over a vocabulary of 150,000 a float32 sum loses the small terms.
    double lane[WB_LANES] = {0};
    size_t i = 0;
    const bool keeps = gradient_scale != 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        float e[WB_LANES];
        for (int j = 0; j < WB_LANES; j++) e[j] = exp1(logits[i + (size_t)j] - maximum);
        for (int j = 0; j < WB_LANES; j++) lane[j] += (double)e[j];
        if (keeps) memcpy(logits + i, e, sizeof e);
    }
    for (; i < count; i++) {
        const float e = exp1(logits[i] - maximum);
        lane[0] += (double)e;
        if (keeps) logits[i] = e;
    }
    const double sum = add_lanes_double(lane);
    if (keeps) {
        const float factor = (float)((double)gradient_scale / sum);
        for (i = 0; i < count; i++) logits[i] *= factor;
        logits[target] -= gradient_scale;
    }
    return log(sum) - ((double)chosen - (double)maximum);
}

static double smoothed_cross_entropy(float *logits, size_t target, float gradient_scale, float smoothing,
                                     size_t count) {
    double lane[WB_LANES] = {0};
    size_t i = 0;
    for (; i + WB_LANES <= count; i += WB_LANES) {
        for (int j = 0; j < WB_LANES; j++) lane[j] += (double)logits[i + (size_t)j];
    }
    for (; i < count; i++) lane[0] += (double)logits[i];
    const double mean = add_lanes_double(lane) / (double)count;
    const double chosen = (double)logits[target];
    const double loss = cross_entropy(logits, target, gradient_scale, count);
    if (gradient_scale != 0) {
        const float moved = gradient_scale * smoothing;
        const float share = moved / (float)count;
        for (i = 0; i < count; i++) logits[i] -= share;
        logits[target] += moved;
    }
    return loss + (double)smoothing * (chosen - mean);
}
