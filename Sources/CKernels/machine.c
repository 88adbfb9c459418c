// What the kernels run on.
#define _GNU_SOURCE
#include "CKernels.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

size_t wb_available_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    const int count = CPU_COUNT(&set);
    return count > 0 ? (size_t)count : 1;
}

void wb_lower_thread_priority(int nice) { setpriority(PRIO_PROCESS, (id_t)gettid(), nice); }

const char *wb_instruction_set(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
        return "AVX-512";
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "AVX2";
#endif
    return "portable";
}
