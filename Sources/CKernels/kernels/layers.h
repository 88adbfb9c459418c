// The element-wise layers of a Llama block, forward and backward.

static void rms_norm(
    float *out, float *inverse, const float *x, const float *weight, float epsilon, size_t T, size_t C) {
    for (size_t t = 0; t < T; t++, out += C, x += C) {
        const float mean = dot(x, x, C) / (float)C;
        const float factor = 1.0f / sqrtf(mean + epsilon);
        for (size_t c = 0; c < C; c++) out[c] = weight[c] * (x[c] * factor);
        inverse[t] = factor;
    }
}

// With r = inverse and n = x r: dx = r (g - n mean(g n)), where g = dout * weight.
static void rms_norm_backward(
    float *dx, const float *dout, const float *x, const float *weight, const float *inverse, size_t T, size_t C) {
    for (size_t t = 0; t < T; t++, dx += C, dout += C, x += C) {
        const float r = inverse[t];
        float lane[WB_LANES] = {0};
        size_t c = 0;
        for (; c + WB_LANES <= C; c += WB_LANES) {
            for (int j = 0; j < WB_LANES; j++) {
                lane[j] += dout[c + (size_t)j] * weight[c + (size_t)j] * x[c + (size_t)j];
            }
        }
        for (; c < C; c++) lane[0] += dout[c] * weight[c] * x[c];
        const float shared = add_lanes(lane) * r * r / (float)C;
        for (c = 0; c < C; c++) dx[c] += r * (dout[c] * weight[c] - x[c] * shared);
    }
}

static void rms_norm_weight_backward(
    float *dweight, const float *dout, const float *x, const float *inverse, size_t T, size_t C, size_t stride) {
    for (size_t t = 0; t < T; t++, dout += stride, x += stride) {
        const float r = inverse[t];
        for (size_t c = 0; c < C; c++) dweight[c] += dout[c] * (x[c] * r);
    }
}

static void add_rows(float *out, const float *x, size_t T, size_t C, size_t stride) {
    for (size_t t = 0; t < T; t++, x += stride) {
        for (size_t c = 0; c < C; c++) out[c] += x[c];
    }
}

WB_INLINE void rotate(
    float *x, const int32_t *positions, const float *cosine, const float *sine, const bool adjacent, float direction,
    size_t T, size_t heads, size_t D, size_t rotated, size_t stride) {
    const size_t half = rotated / 2, step = adjacent ? 2 : 1, apart = adjacent ? 1 : half;
    for (size_t t = 0; t < T; t++, x += stride) {
        const float *c = cosine + (size_t)positions[t] * half, *s = sine + (size_t)positions[t] * half;
        for (size_t h = 0; h < heads; h++) {
            float *head = x + h * D;
            for (size_t i = 0; i < half; i++) {
                const float a = head[i * step], b = head[i * step + apart];
                head[i * step] = a * c[i] - direction * b * s[i];
                head[i * step + apart] = b * c[i] + direction * a * s[i];
            }
        }
    }
}

static void rotary(
    float *x, const int32_t *positions, const float *cosine, const float *sine, bool adjacent, float direction,
    size_t T, size_t heads, size_t D, size_t rotated, size_t stride) {
    // Each case has its own code, since only one is contiguous.
    if (adjacent) {
        rotate(x, positions, cosine, sine, true, direction, T, heads, D, rotated, stride);
    } else {
        rotate(x, positions, cosine, sine, false, direction, T, heads, D, rotated, stride);
    }
}

static void swiglu(float *out, const float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) {
        out[i] = gate[i] / (1.0f + exp1(-gate[i])) * up[i];
    }
}

// GELU by its tanh form, x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), which is
// x sigmoid(2 u): Hendrycks and Gimpel, arXiv 1606.08415.
WB_INLINE float gelu_sigmoid(float x) {
    return 1.0f / (1.0f + exp1(-1.59576912f * (x + 0.044715f * x * x * x)));
}

static void geglu(float *out, const float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = gate[i] * gelu_sigmoid(gate[i]) * up[i];
}

static void geglu_backward(
    float *dgate, float *dup, const float *dout, const float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float g = gate[i], u = up[i], d = dout[i];
        const float s = gelu_sigmoid(g);
        dgate[i] = d * u * s * (1.0f + g * (1.0f - s) * 1.59576912f * (1.0f + 0.134145f * g * g));
        dup[i] = d * g * s;
    }
}

// With s = sigmoid(g): silu'(g) = s (1 + g (1 - s)).
static void swiglu_backward(
    float *dgate, float *dup, const float *dout, const float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const float g = gate[i], u = up[i], d = dout[i];
        const float s = 1.0f / (1.0f + exp1(-g));
        dgate[i] = d * u * s * (1.0f + g * (1.0f - s));
        dup[i] = d * g * s;
    }
}
