// Which kernels this process uses.
#include "kernels/tables.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// Atomic, since a thread that is refused the tiles changes it while others compute.
static _Atomic(const wb_kernel_table *) active = &wb_kernels_portable;
static const char *refused;

static bool always(void) { return true; }

// From the least to the most capable, then the one for tests.
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
    {&wb_kernels_amx, wb_may_use_amx},
    {&wb_kernels_amx_in_c, wb_has_avx2},
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

const wb_kernel_table *wb_active_kernels(void) { return atomic_load_explicit(&active, memory_order_relaxed); }

void wb_meet_tiles(void) {
#if defined(__x86_64__)
    static _Thread_local bool has_met;
    if (has_met) return;
    has_met = true;
    if (wb_active_kernels() != &wb_kernels_amx || wb_thread_may_use_amx()) return;
    atomic_store_explicit(&active, &wb_kernels_avx512bf16, memory_order_relaxed);
#endif
}

const char *wb_refused_instruction_set(void) { return refused; }

__attribute__((constructor)) static void choose(void) {
    const char *wanted = getenv("WORKBENCH_ISA");
    if (wanted && !*wanted) wanted = NULL;
    bool isFound = false;
    for (size_t i = 0; i < WB_INSTRUCTION_SETS && !isFound; i++) {
        if (!sets[i].table) continue;
        isFound = wanted && strcmp(sets[i].table->name, wanted) == 0;
        if (i == WB_AMX_IN_C && !isFound) continue;
        if (wb_kernels(i)) atomic_store_explicit(&active, wb_kernels(i), memory_order_relaxed);
        else isFound = false;
    }
    refused = wanted && !isFound ? wanted : NULL;
}

#define KERNEL(result, name, parameters, arguments)                                                                    \
    result wb_##name parameters { return wb_active_kernels()->name arguments; }
#include "kernels.def.h"
