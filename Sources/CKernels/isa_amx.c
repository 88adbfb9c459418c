// The kernels for processors with AVX-512, VNNI, BF16 and the tile unit of AMX.
#include "kernels/prelude.h"
#include "kernels/tables.h"

#if defined(__x86_64__)

#define WB_TABLE wb_kernels_amx
#define WB_NAME "amx"
#define WB_AVX2
#define WB_AVX512
#define WB_VNNI
#define WB_BF16
#define WB_TILES
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16,amx-tile,amx-bf16"))), apply_to = function)
#include "kernels/all.h"

bool wb_multiply_on_tiles(void) { return try_tiles(); }
#pragma clang attribute pop

#endif
