#include "COpenBLAS.h"

#include <cblas.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void (*sgemm)(
    CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, blasint, blasint, blasint, float, const float *, blasint,
    const float *, blasint, float, float *, blasint);
static char *(*corename)(void);
static char failure[256];

bool wb_blas_load(void) {
    if (sgemm) return true;
    // Read when the library is loaded: without it, it would start threads.
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libopenblas.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(failure, sizeof failure, "%s", reason ? reason : "libopenblas.so.0 not found");
        return false;
    }
    *(void **)&corename = dlsym(library, "openblas_get_corename");
    void (*set_threads)(int);
    *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
    if (set_threads) set_threads(1);
    *(void **)&sgemm = dlsym(library, "cblas_sgemm");
    if (!sgemm) snprintf(failure, sizeof failure, "libopenblas has no cblas_sgemm");
    return sgemm != NULL;
}

const char *wb_blas_error(void) { return failure; }

const char *wb_blas_core(void) { return corename ? corename() : "unknown"; }

void wb_sgemm(
    bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
    const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    sgemm(
        CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, (blasint)m,
        (blasint)n, (blasint)k, alpha, a, (blasint)lda, b, (blasint)ldb, beta, c, (blasint)ldc);
}
