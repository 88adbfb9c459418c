// Which kernels this process uses.
#include "kernels/tables.h"

#include <stdlib.h>
#include <string.h>

static const wb_kernel_table *active = &wb_kernels_portable;
static const char *refused;

const wb_kernel_table *wb_kernels(size_t instruction_set) {
#if defined(__x86_64__)
    switch (instruction_set) {
    case 0: return &wb_kernels_portable;
    case 1: return wb_has_avx2() ? &wb_kernels_avx2 : NULL;
    case 2: return wb_has_avx512() ? &wb_kernels_avx512 : NULL;
    case 3: return wb_has_avx512vnni() ? &wb_kernels_avx512vnni : NULL;
    default: return NULL;
    }
#else
    return instruction_set == 0 ? &wb_kernels_portable : NULL;
#endif
}

const wb_kernel_table *wb_active_kernels(void) { return active; }

const char *wb_refused_instruction_set(void) { return refused; }

__attribute__((constructor)) static void choose(void) {
    const char *wanted = getenv("WORKBENCH_ISA");
    if (wanted && !*wanted) wanted = NULL;
    bool isFound = false;
    for (size_t i = 0; i < WB_INSTRUCTION_SETS; i++) {
        const wb_kernel_table *table = wb_kernels(i);
        if (!table || isFound) continue;
        active = table;
        isFound = wanted && strcmp(table->name, wanted) == 0;
    }
    refused = wanted && !isFound ? wanted : NULL;
}

#define KERNEL(result, name, parameters, arguments)                                                                    \
    result wb_##name parameters { return active->name arguments; }
#include "kernels.def.h"
