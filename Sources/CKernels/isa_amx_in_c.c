// The kernels of isa_amx.c with the tile unit in plain C, for tests on processors without it.
#include "kernels/prelude.h"
#include "kernels/tables.h"

#if defined(__x86_64__)

#define WB_TABLE wb_kernels_amx_in_c
#define WB_NAME "amx-in-c"
#define WB_AVX2
#define WB_TILES
#define WB_TILES_IN_C
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#include "kernels/all.h"
#pragma clang attribute pop

#endif
