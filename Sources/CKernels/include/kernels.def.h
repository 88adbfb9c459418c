// Every kernel that exists once for each instruction set: its result, name,
// parameters and arguments. `KERNEL` is what the including file makes of it;
// CKernels.h declares the functions `wb_NAME`.
//
// Outputs come first, inputs next, sizes last. No kernel allocates, and none
// looks outside the ranges it is given. Sums are added in one fixed order, so
// a result does not depend on who computes it.
//
// `type` is a GGUF type code: 0 F32, 1 F16, 2 Q4_0, 3 Q4_1, 6 Q5_0, 7 Q5_1,
// 8 Q8_0, 10 Q2_K, 11 Q3_K, 12 Q4_K, 13 Q5_K, 14 Q6_K, 20 IQ4_NL, 30 BF16; or 256,
// NF4, which has no products in integers. Rows of a weight lie `row_bytes` apart
// and hold whole blocks.

// out[i] = the i-th of `count` numbers at `source`; count is whole blocks.
KERNEL(void, dequantize, (float *out, const void *source, uint32_t type, size_t count), (out, source, type, count))

// out[i] = number first + i of a row; both are multiples of 32 for quantized types.
KERNEL(void, dequantize_part,
    (float *out, const void *row, uint32_t type, size_t first, size_t count), (out, row, type, first, count))

// The super-blocks of `count` float32 numbers of type Q4_K, Q5_K or Q6_K; count is
// a multiple of 256, the numbers are finite in float16. The bytes are the same
// with every instruction set.
KERNEL(void, quantize_super,
    (void *out, const float *in, uint32_t type, size_t count), (out, in, type, count))

// out[i] = f16(in[i]) and back.
KERNEL(void, float_to_half, (uint16_t *out, const float *in, size_t count), (out, in, count))
KERNEL(void, half_to_float, (float *out, const uint16_t *in, size_t count), (out, in, count))

// out[r] = sum over c of W[r, c] * x[c], in float32.
KERNEL(void, matrix_vector,
    (float *out, const void *weight, uint32_t type, size_t row_bytes, const float *x, size_t rows, size_t columns),
    (out, weight, type, row_bytes, x, rows, columns))

// Activations as signed bytes: x[i] is about q[i] * scale[i / 32]; sum[j] is
// that of q[16 j ..< 16 j + 16]. count is a multiple of 32. A block that holds
// NaN or infinity gets the scale NaN.
KERNEL(void, quantize_rows,
    (int8_t *q, float *scale, int32_t *sum, const float *x, size_t count), (q, scale, sum, x, count))

// One of T vectors with fifteen bits, a block of 32 after the other with those of the
// other vectors between: q gets 64 bytes a block, x[i] is about (256 q[i] + q[32 + i]) *
// scale; sums are those of the bracket, two a block. So q of the next block is 64 T bytes on,
// its scale T, its sums 2 T.
KERNEL(void, quantize_fine,
    (int8_t *q, float *scale, int32_t *sum, const float *x, size_t T, size_t count), (q, scale, sum, x, T, count))

// The bytes of a quantized weight in the order in which decoding reads it:
// sixteen rows side by side. For rows divisible by 16 it is a sum over panels.
KERNEL(size_t, interleaved_bytes, (uint32_t type, size_t rows, size_t columns), (type, rows, columns))

// Brings rows of a quantized weight into that order; a last panel of fewer
// than sixteen rows is filled up with zeros.
KERNEL(void, interleave,
    (void *out, const void *weight, uint32_t type, size_t row_bytes, size_t rows, size_t columns),
    (out, weight, type, row_bytes, rows, columns))

// y[t, r] = sum over c of W[r, c] * x[t, c] for an interleaved weight and T
// vectors from quantize_fine: integer products, float32 sums. Rows of y lie
// `y_stride` numbers apart. A vector's result does not depend on the others.
KERNEL(void, int8_matrix_vectors,
    (float *y, size_t y_stride, const void *interleaved, uint32_t type, const int8_t *q, const float *scale,
     const int32_t *sum, size_t T, size_t rows, size_t columns),
    (y, y_stride, interleaved, type, q, scale, sum, T, rows, columns))

// The bytes of a panel of sixteen rows of `columns` numbers.
KERNEL(size_t, int8_panel_bytes, (uint32_t type, size_t columns), (type, columns))

// Packs rows of a quantized weight for int8_matrix, sixteen a panel; lanes
// beyond `rows` are zero. `panels` is aligned to 64 bytes.
KERNEL(void, int8_panels,
    (void *panels, const void *weight, uint32_t type, size_t row_bytes, size_t rows, size_t columns),
    (panels, weight, type, row_bytes, rows, columns))

// y[t, r] = sum over c of x[t, c] * W[r, c]: T rows of activations from
// quantize_rows, `columns` wide, times the rows packed in `panels`.
KERNEL(void, int8_matrix,
    (float *y, size_t y_stride, const void *panels, uint32_t type, const int8_t *q, const float *scale,
     const int32_t *sum, size_t T, size_t rows, size_t columns),
    (y, y_stride, panels, type, q, scale, sum, T, rows, columns))

// out = bf16(factor * x), rows `out_stride` (even) and `x_stride` numbers apart;
// a row of an odd length is filled up with a zero.
KERNEL(void, to_bfloat16,
    (uint16_t *out, size_t out_stride, const float *x, size_t x_stride, float factor, size_t rows, size_t columns),
    (out, out_stride, x, x_stride, factor, rows, columns))

// out = bf16(x) transposed: x is (T, C) with rows `x_stride` numbers apart, out
// is (C, T) with rows `out_stride` (even) apart, filled up with a zero.
KERNEL(void, to_bfloat16_columns,
    (uint16_t *out, size_t out_stride, const float *x, size_t x_stride, size_t T, size_t C),
    (out, out_stride, x, x_stride, T, C))

// The bfloat16 numbers of a panel of sixteen columns with `contracted` rows.
KERNEL(size_t, bf16_panel_count, (size_t contracted), (contracted))

// Packs a matrix (rows, columns) for bf16_matrix with its rows as the
// product's columns: B is its transpose, `columns` is contracted.
KERNEL(void, bf16_panels_of_rows,
    (uint16_t *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t rows, size_t columns),
    (panels, matrix, type, row_bytes, rows, columns))

// Packs columns first ..< first + columns of a matrix as they are: `rows` is
// contracted. Both are multiples of 32 for quantized types.
KERNEL(void, bf16_panels_of_columns,
    (uint16_t *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t first, size_t columns, size_t rows),
    (panels, matrix, type, row_bytes, first, columns, rows))

// c = a * B, or c += a * B where it `adds`: a is (M, K) in bfloat16 with an
// even stride, B is (K, N) in panels, c is (M, N) in float32.
KERNEL(void, bf16_matrix,
    (float *c, size_t c_stride, const uint16_t *a, size_t a_stride, const uint16_t *panels, bool adds, size_t M,
     size_t N, size_t K),
    (c, c_stride, a, a_stride, panels, adds, M, N, K))

// The same in float32: a panel is sixteen columns, row after row.
KERNEL(size_t, f32_panel_count, (size_t contracted), (contracted))

KERNEL(void, f32_panels_of_rows,
    (float *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t rows, size_t columns),
    (panels, matrix, type, row_bytes, rows, columns))

KERNEL(void, f32_panels_of_columns,
    (float *panels, const void *matrix, uint32_t type, size_t row_bytes, size_t first, size_t columns, size_t rows),
    (panels, matrix, type, row_bytes, first, columns, rows))

KERNEL(void, f32_matrix,
    (float *c, size_t c_stride, const float *a, size_t a_stride, const float *panels, bool adds, size_t M, size_t N,
     size_t K),
    (c, c_stride, a, a_stride, panels, adds, M, N, K))

// The scratch memory that attention_forward (of at most 64 rows) or
// attention_backward (of T rows) needs, aligned to 64 bytes.
KERNEL(size_t, attention_scratch_bytes, (const wb_attention_shape *shape, size_t T, bool backward), (shape, T, backward))

// out = softmax(scale * q·kᵀ)·v for the query heads of key head `head` and at
// most 64 rows: products in bfloat16, sums in float32. `query` and `out` are
// (rows, H*D); `keys` and `values` are that head's, of type F32 or F16, `row`
// numbers apart: from position 0, or, where `blocks` is not null, in blocks of 32
// positions, of which it has the places. `log_sum`, (rows, H), may be null.
KERNEL(void, attention_forward,
    (float *out, float *log_sum, const wb_attention_shape *shape, const float *query, const void *keys,
     const void *values, uint32_t type, size_t row, const int32_t *blocks, size_t head, size_t rows,
     size_t first_position, void *scratch),
    (out, log_sum, shape, query, keys, values, type, row, blocks, head, rows, first_position, scratch))

// The gradients of attention_forward for one query head over a sequence of T
// rows. dquery (T, H*D) is written; dkey and dvalue, (T, H*D), a part for each
// query head, are added to.
KERNEL(void, attention_backward,
    (float *dquery, float *dkey, float *dvalue, const float *dout, const float *out, const float *log_sum,
     const wb_attention_shape *shape, const float *query, const float *key, const float *value, size_t head, size_t T,
     void *scratch),
    (dquery, dkey, dvalue, dout, out, log_sum, shape, query, key, value, head, T, scratch))

// One query against keys first ..< first + count, in float32. For each query
// head of the group, `partial` gets (D + 2): the weighted sum of values, the
// largest score and the sum of weights. `keys`, `values` and `blocks` are as in
// attention_forward. `scratch` has room for four times as many floats as there
// are keys, rounded up to sixteen, and for two times as many rows of D.
KERNEL(void, attention_decode,
    (float *partial, const wb_attention_shape *shape, const float *query, const void *keys, const void *values,
     uint32_t type, size_t row, const int32_t *blocks, size_t head, size_t first, size_t count, float *scratch),
    (partial, shape, query, keys, values, type, row, blocks, head, first, count, scratch))

// out, (D), from `parts` partial results that lie `stride` floats apart.
KERNEL(void, attention_merge,
    (float *out, const float *partials, size_t D, size_t stride, size_t parts), (out, partials, D, stride, parts))

// y[i] += a * x[i]
KERNEL(void, add_scaled, (float *y, float a, const float *x, size_t count), (y, a, x, count))

// x[i] *= a
KERNEL(void, scale, (float *x, float a, size_t count), (x, a, count))

// out[i] = x[i] / (1 - rate), or 0 for the share `rate` of places that `key`
// leaves out; place i counts from `first`.
KERNEL(void, dropout,
    (float *out, const float *x, uint64_t key, float rate, size_t first, size_t count),
    (out, x, key, rate, first, count))

// sum of a[i] * b[i]
KERNEL(float, dot, (const float *a, const float *b, size_t count), (a, b, count))

// sum of a[i]^2, in double
KERNEL(double, sum_of_squares, (const float *a, size_t count), (a, count))

// Root mean square normalization (Zhang and Sennrich, arXiv 1910.07467):
// out = x / sqrt(mean(x^2) + epsilon) * weight; inverse[t] keeps the factor.
KERNEL(void, rms_norm,
    (float *out, float *inverse, const float *x, const float *weight, float epsilon, size_t T, size_t C),
    (out, inverse, x, weight, epsilon, T, C))

// dx += the gradient of rms_norm with respect to x, for a frozen weight.
KERNEL(void, rms_norm_backward,
    (float *dx, const float *dout, const float *x, const float *weight, const float *inverse, size_t T, size_t C),
    (dx, dout, x, weight, inverse, T, C))

// dweight += the gradient of rms_norm with respect to its weight, for C of its
// columns; rows of `dout` and `x` are `stride` numbers apart.
KERNEL(void, rms_norm_weight_backward,
    (float *dweight, const float *dout, const float *x, const float *inverse, size_t T, size_t C, size_t stride),
    (dweight, dout, x, inverse, T, C, stride))

// out += the sum of T rows of C numbers, `stride` numbers apart, in their order.
KERNEL(void, add_rows, (float *out, const float *x, size_t T, size_t C, size_t stride), (out, x, T, C, stride))

// Rotary position embedding (Su et al., arXiv 2104.09864) in place on
// (T, heads, D) with rows `stride` floats apart, of which the first `rotated`
// numbers of each head rotate; `cosine` and `sine` are tables (positions,
// rotated/2). `adjacent` pairs (0,1), (2,3)…, else (0, rotated/2)….
// `direction` is 1, or -1 for the inverse, which is also the gradient.
KERNEL(void, rotary,
    (float *x, const int32_t *positions, const float *cosine, const float *sine, bool adjacent, float direction,
     size_t T, size_t heads, size_t D, size_t rotated, size_t stride),
    (x, positions, cosine, sine, adjacent, direction, T, heads, D, rotated, stride))

// out = silu(gate) * up, and its gradients (dgate and dup are written).
KERNEL(void, swiglu, (float *out, const float *gate, const float *up, size_t count), (out, gate, up, count))
KERNEL(void, swiglu_backward,
    (float *dgate, float *dup, const float *dout, const float *gate, const float *up, size_t count),
    (dgate, dup, dout, gate, up, count))

// out = gelu(gate) * up, by the tanh form of GELU.
KERNEL(void, geglu, (float *out, const float *gate, const float *up, size_t count), (out, gate, up, count))

// dgate and dup are written.
KERNEL(void, geglu_backward,
    (float *dgate, float *dup, const float *dout, const float *gate, const float *up, size_t count),
    (dgate, dup, dout, gate, up, count))

// x = cap * tanh(scale * x / cap).
KERNEL(void, soft_cap, (float *x, float scale, float cap, size_t count), (x, scale, cap, count))

// dx *= the derivative of soft_cap where its result is y.
KERNEL(void, soft_cap_backward,
    (float *dx, const float *y, float scale, float cap, size_t count), (dx, y, scale, cap, count))

// Softmax in place of x[0 ..< count] * scale; entries from `count` up to
// `width` become zero.
KERNEL(void, softmax, (float *x, float scale, size_t count, size_t width), (x, scale, count, width))

// ds = p * (dp - sum(p * dp)) * scale, in place of dp.
KERNEL(void, softmax_backward, (float *dp, const float *p, float scale, size_t count), (dp, p, scale, count))

// -log softmax(logits)[target]; with `gradient_scale` != 0 the logits are
// replaced by gradient_scale * (softmax - onehot(target)).
KERNEL(double, cross_entropy,
    (float *logits, size_t target, float gradient_scale, size_t count), (logits, target, gradient_scale, count))

// The same with label smoothing (Szegedy et al., arXiv 1512.00567): the share `smoothing` of the target is
// spread over all `count` labels, as PyTorch's cross_entropy does it.
KERNEL(double, smoothed_cross_entropy,
    (float *logits, size_t target, float gradient_scale, float smoothing, size_t count),
    (logits, target, gradient_scale, smoothing, count))

// One step of AdamW as torch.optim.AdamW computes it (Loshchilov and Hutter,
// arXiv 1711.05101); the corrections are 1 - beta^step.
KERNEL(void, adamw,
    (float *parameters, float *first_moment, float *second_moment, const float *gradients, float gradient_scale,
     double learning_rate, double beta1, double beta2, double epsilon, double weight_decay, double correction1,
     double correction2, size_t count),
    (parameters, first_moment, second_moment, gradients, gradient_scale, learning_rate, beta1, beta2, epsilon,
     weight_decay, correction1, correction2, count))

// One step of AdamW with the moments in eight bits a number, blocks of
// WB_MOMENT_BLOCK of which share a scale (Dettmers et al., arXiv 2110.02861).
KERNEL(void, adamw_8bit,
    (float *parameters, uint8_t *first_codes, float *first_scales, uint8_t *second_codes, float *second_scales,
     const float *gradients, const wb_moment_codes *codes, float gradient_scale, double learning_rate, double beta1,
     double beta2, double epsilon, double weight_decay, double correction1, double correction2, size_t count),
    (parameters, first_codes, first_scales, second_codes, second_scales, gradients, codes, gradient_scale,
     learning_rate, beta1, beta2, epsilon, weight_decay, correction1, correction2, count))

// One step of torch.optim.SGD without dampening; the decay is part of the gradient.
KERNEL(void, sgd,
    (float *parameters, float *velocity, const float *gradients, float gradient_scale, double learning_rate,
     double momentum, double weight_decay, size_t count),
    (parameters, velocity, gradients, gradient_scale, learning_rate, momentum, weight_decay, count))

// One step of Lion (Chen et al., arXiv 2302.06675): the sign of the mean is the step.
KERNEL(void, lion,
    (float *parameters, float *moment, const float *gradients, float gradient_scale, double learning_rate,
     double beta1, double beta2, double weight_decay, size_t count),
    (parameters, moment, gradients, gradient_scale, learning_rate, beta1, beta2, weight_decay, count))

// What one core can do at most: `rounds` times 24 operations
// of sixteen lanes: 32 in float32, 64 in bfloat16, 128 in int8 each. The
// results only keep the work from being left out.
KERNEL(float, peak_float32, (size_t rounds), (rounds))
KERNEL(float, peak_bfloat16, (size_t rounds), (rounds))
KERNEL(int32_t, peak_int8, (size_t rounds), (rounds))

// The same for the tile unit: `rounds` times four products of 16,384 operations; nothing without one.
KERNEL(float, peak_tiles, (size_t rounds), (rounds))
