// The kernels for processors with AVX-512 and VNNI but without BF16, such as Ice Lake.
#include "kernels/prelude.h"
#include "kernels/tables.h"

#if defined(__x86_64__)

#define WB_TABLE wb_kernels_avx512vnni
#define WB_NAME "avx512vnni"
#define WB_AVX2
#define WB_AVX512
#define WB_VNNI
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"))), apply_to = function)
#include "kernels/all.h"
#pragma clang attribute pop

#endif
