// The optimizer's step over flat arrays.

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
