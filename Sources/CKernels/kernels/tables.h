// The tables of the builds, and what the processor must have for each.
#ifndef WB_TABLES_H
#define WB_TABLES_H

#include "CKernels.h"

extern const wb_kernel_table wb_kernels_portable;

#if defined(__x86_64__)
extern const wb_kernel_table wb_kernels_avx2, wb_kernels_avx512, wb_kernels_avx512vnni, wb_kernels_avx512bf16,
    wb_kernels_amx, wb_kernels_amx_in_c;

bool wb_has_avx2(void);
bool wb_has_avx512(void);
bool wb_has_avx512vnni(void);
bool wb_has_avx512bf16(void);

// Whether the processor has AMX and this process may use it; asks the system for it, once.
bool wb_may_use_amx(void);

// Whether the calling thread can use it as well.
bool wb_thread_may_use_amx(void);

// Multiplies two tiles: whether the result is right. Only after permission.
bool wb_multiply_on_tiles(void);
#endif

#endif
