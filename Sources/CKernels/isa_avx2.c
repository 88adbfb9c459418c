// The kernels for processors with AVX2 and FMA.
#include "kernels/prelude.h"
#include "kernels/tables.h"

#if defined(__x86_64__)

#define WB_TABLE wb_kernels_avx2
#define WB_NAME "avx2"
#define WB_AVX2
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#include "kernels/all.h"
#pragma clang attribute pop

#endif
