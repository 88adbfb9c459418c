// The optimizers' steps over flat arrays.

static void adamw(
    float *parameters, float *first_moment, float *second_moment, const float *gradients, float gradient_scale,
    double learning_rate, double beta1, double beta2, double epsilon, double weight_decay, double correction1,
    double correction2, size_t count) {
    const float decay = (float)(1.0 - learning_rate * weight_decay);
    const float b1 = (float)beta1, c1 = (float)(1.0 - beta1), b2 = (float)beta2, c2 = (float)(1.0 - beta2);
    const float rate = (float)(learning_rate / correction1), root = (float)sqrt(correction2), e = (float)epsilon;
    for (size_t i = 0; i < count; i++) {
        const float g = gradients[i] * gradient_scale;
        const float m = b1 * first_moment[i] + c1 * g;
        const float v = b2 * second_moment[i] + c2 * g * g;
        first_moment[i] = m;
        second_moment[i] = v;
        parameters[i] = parameters[i] * decay - rate * m / (sqrtf(v) / root + e);
    }
}

static void sgd(
    float *parameters, float *velocity, const float *gradients, float gradient_scale, double learning_rate,
    double momentum, double weight_decay, size_t count) {
    const float rate = (float)learning_rate, mu = (float)momentum, decay = (float)weight_decay;
    for (size_t i = 0; i < count; i++) {
        const float g = gradients[i] * gradient_scale + decay * parameters[i];
        const float v = mu * velocity[i] + g;
        velocity[i] = v;
        parameters[i] -= rate * v;
    }
}

static void lion(
    float *parameters, float *moment, const float *gradients, float gradient_scale, double learning_rate, double beta1,
    double beta2, double weight_decay, size_t count) {
    const float decay = (float)(1.0 - learning_rate * weight_decay), rate = (float)learning_rate;
    const float b1 = (float)beta1, c1 = (float)(1.0 - beta1), b2 = (float)beta2, c2 = (float)(1.0 - beta2);
    for (size_t i = 0; i < count; i++) {
        const float g = gradients[i] * gradient_scale, m = moment[i];
        const float direction = b1 * m + c1 * g;
        const float sign = direction > 0 ? 1.0f : (direction < 0 ? -1.0f : 0.0f);
        moment[i] = b2 * m + c2 * g;
        parameters[i] = parameters[i] * decay - rate * sign;
    }
}

// A block's largest magnitude becomes 1, and each number the nearest of 256
// codes; `nearest` has the code of each of 65536 numbers from `low` to 1. Second
// moments are not rounded to 0, since a step divides by their root.
static float encode_moments(uint8_t *codes, const float *moments, const uint8_t *nearest, float low, size_t count) {
    float largest = 0;
    for (size_t i = 0; i < count; i++) largest = fmaxf(largest, fabsf(moments[i]));
    const float scale = largest > 0 ? 65535.0f / ((1 - low) * largest) : 0, zero = -low / (1 - low) * 65535.0f + 0.5f;
    for (size_t i = 0; i < count; i++) {
        const float place = fminf(moments[i] * scale + zero, 65535.0f);
        const uint8_t code = nearest[(size_t)(place > 0 ? place : 0)];
        codes[i] = low == 0 && code == 0 && moments[i] > 0 ? 1 : code;
    }
    return largest;
}

static void adamw_8bit(
    float *parameters, uint8_t *first_codes, float *first_scales, uint8_t *second_codes, float *second_scales,
    const float *gradients, const wb_moment_codes *codes, float gradient_scale, double learning_rate, double beta1,
    double beta2, double epsilon, double weight_decay, double correction1, double correction2, size_t count) {
    for (size_t start = 0, block = 0; start < count; start += WB_MOMENT_BLOCK, block++) {
        const size_t n = count - start < WB_MOMENT_BLOCK ? count - start : WB_MOMENT_BLOCK;
        float first[WB_MOMENT_BLOCK], second[WB_MOMENT_BLOCK];
        for (size_t i = 0; i < n; i++) {
            first[i] = codes->first[first_codes[start + i]] * first_scales[block];
            second[i] = codes->second[second_codes[start + i]] * second_scales[block];
        }
        adamw(
            parameters + start, first, second, gradients + start, gradient_scale, learning_rate, beta1, beta2, epsilon,
            weight_decay, correction1, correction2, n);
        first_scales[block] = encode_moments(first_codes + start, first, codes->nearest_first, -1, n);
        second_scales[block] = encode_moments(second_codes + start, second, codes->nearest_second, 0, n);
    }
}
