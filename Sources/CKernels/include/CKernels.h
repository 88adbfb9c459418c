// The kernels: plain loops over memory, written so that the compiler turns
// them into SIMD code, compiled for three generations of x86-64 and chosen
// when the program starts by what the processor has.
//
// Outputs come first, inputs next, sizes last. No kernel allocates, and none
// looks outside the ranges it is given. Sums run in sixteen lanes that are
// added in one fixed order, so a result does not depend on who computes it.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How many processors this process may run on.
size_t wb_available_processors(void);

// Makes the calling thread give way to others of this process.
void wb_lower_thread_priority(int nice);

// The generation of the kernels that this processor gets.
const char *wb_instruction_set(void);

// Quantized blocks, as GGUF stores them; `type` is the GGUF type code
// (0 F32, 1 F16, 2 Q4_0, 3 Q4_1, 8 Q8_0).

// out[i] = the i-th of `count` numbers at `source`; count is whole blocks.
void wb_dequantize(float *out, const void *source, uint32_t type, size_t count);

// out[i] = f16(in[i]) and back.
void wb_float_to_half(uint16_t *out, const float *in, size_t count);
void wb_half_to_float(float *out, const uint16_t *in, size_t count);

// The blocks of `count` float32 numbers; count is whole blocks.
void wb_quantize(void *out, const float *in, uint32_t type, size_t count);

// out[r] = sum over c of W[r, c] * x[c], for `rows` rows that lie
// `row_bytes` apart.
void wb_matrix_vector(
    float *out, const void *weight, uint32_t type, size_t row_bytes, const float *x, size_t rows, size_t columns);

// y[i] += a * x[i]
void wb_add_scaled(float *y, float a, const float *x, size_t count);

// out[i] = x[i] / (1 - rate), or 0 for the share `rate` of places that `key`
// leaves out; place i counts from `first`.
void wb_dropout(float *out, const float *x, uint64_t key, float rate, size_t first, size_t count);

// sum of a[i] * b[i]
float wb_dot(const float *a, const float *b, size_t count);

// sum of a[i]^2, in double
double wb_sum_of_squares(const float *a, size_t count);

// Root mean square normalization (Zhang and Sennrich, arXiv 1910.07467):
// out = x / sqrt(mean(x^2) + epsilon) * weight; inverse[t] keeps the factor.
void wb_rms_norm(
    float *out, float *inverse, const float *x, const float *weight, float epsilon, size_t T, size_t C);

// dx += the gradient of wb_rms_norm with respect to x, for a frozen weight.
void wb_rms_norm_backward(
    float *dx, const float *dout, const float *x, const float *weight, const float *inverse, size_t T, size_t C);

// Rotary position embedding (Su et al., arXiv 2104.09864) in place on
// (T, heads, D) with rows `stride` floats apart; `cosine` and `sine` are
// tables (positions, D/2). `adjacent` pairs (0,1), (2,3)…, else (0, D/2)….
// `direction` is 1, or -1 for the inverse, which is also the gradient.
void wb_rotary(
    float *x, const int32_t *positions, const float *cosine, const float *sine, bool adjacent, float direction,
    size_t T, size_t heads, size_t D, size_t stride);

// out = silu(gate) * up, and its gradients (dgate and dup are written).
void wb_swiglu(float *out, const float *gate, const float *up, size_t count);
void wb_swiglu_backward(
    float *dgate, float *dup, const float *dout, const float *gate, const float *up, size_t count);

// Softmax in place of x[0 ..< count] * scale; entries from `count` up to
// `width` become zero.
void wb_softmax(float *x, float scale, size_t count, size_t width);

// ds = p * (dp - sum(p * dp)) * scale, in place of dp.
void wb_softmax_backward(float *dp, const float *p, float scale, size_t count);

// -log softmax(logits)[target]; with `gradient_scale` != 0 the logits are
// replaced by gradient_scale * (softmax - onehot(target)).
double wb_cross_entropy(float *logits, size_t target, float gradient_scale, size_t count);

// One step of AdamW as torch.optim.AdamW computes it (Loshchilov and Hutter,
// arXiv 1711.05101); the corrections are 1 - beta^step.
void wb_adamw(
    float *parameters, float *first_moment, float *second_moment, const float *gradients, float gradient_scale,
    double learning_rate, double beta1, double beta2, double epsilon, double weight_decay, double correction1,
    double correction2, size_t count);

#endif
