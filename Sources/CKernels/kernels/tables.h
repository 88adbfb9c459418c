// The tables of the builds, and what the processor must have for each.
#ifndef WB_TABLES_H
#define WB_TABLES_H

#include "CKernels.h"

extern const wb_kernel_table wb_kernels_portable;

#if defined(__x86_64__)
extern const wb_kernel_table wb_kernels_avx2, wb_kernels_avx512, wb_kernels_avx512vnni, wb_kernels_avx512bf16;

bool wb_has_avx2(void);
bool wb_has_avx512(void);
bool wb_has_avx512vnni(void);
bool wb_has_avx512bf16(void);
#endif

#endif
