// Which kernels this process uses.
#include "kernels/tables.h"

#include <stdlib.h>
#include <string.h>

static const wb_kernel_table *active = &wb_kernels_portable;
static const char *refused;

static bool always(void) { return true; }

// From the least to the most capable.
static const struct {
    const wb_kernel_table *table;
    bool (*is_usable)(void);
} sets[WB_INSTRUCTION_SETS] = {
    {&wb_kernels_portable, always},
#if defined(__x86_64__)
    {&wb_kernels_avx2, wb_has_avx2},
    {&wb_kernels_avx512, wb_has_avx512},
    {&wb_kernels_avx512vnni, wb_has_avx512vnni},
    {&wb_kernels_avx512bf16, wb_has_avx512bf16},
#endif
};

const wb_kernel_table *wb_kernels(size_t instruction_set) {
    if (instruction_set >= WB_INSTRUCTION_SETS || !sets[instruction_set].table) return NULL;
    return sets[instruction_set].is_usable() ? sets[instruction_set].table : NULL;
}

const char *wb_instruction_set_name(size_t instruction_set) {
    if (instruction_set >= WB_INSTRUCTION_SETS || !sets[instruction_set].table) return NULL;
    return sets[instruction_set].table->name;
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
