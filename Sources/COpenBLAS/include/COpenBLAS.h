// OpenBLAS, loaded by the first matrix product: a program that only shows
// the screen neither waits for it nor uses memory for it.
#ifndef COPENBLAS_H
#define COPENBLAS_H

#include <stdbool.h>
#include <stddef.h>

// Loads the library once; false if it is missing. Call it before the others,
// from one thread at a time.
bool wb_blas_load(void);

// Why it could not be loaded; empty if it could.
const char *wb_blas_error(void);

// The name of the kernels that OpenBLAS selected for this processor.
const char *wb_blas_core(void);

// C = alpha * op(A) * op(B) + beta * C, row-major, where op(A) is (m, k) and
// op(B) is (k, n). One thread, so its bits depend only on the sizes.
void wb_sgemm(
    bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
    const float *b, size_t ldb, float beta, float *c, size_t ldc);

#endif
