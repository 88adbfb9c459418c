// The kernels for processors with AVX-512 but without VNNI.
#include "kernels/prelude.h"
#include "kernels/tables.h"

#if defined(__x86_64__)

#define WB_TABLE wb_kernels_avx512
#define WB_NAME "avx512"
#define WB_AVX2
#define WB_AVX512
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq"))), apply_to = function)
#include "kernels/all.h"
#pragma clang attribute pop

#endif
