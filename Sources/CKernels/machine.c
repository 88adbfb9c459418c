// Properties of the machine that the kernels run on.
#define _GNU_SOURCE
#include "kernels/tables.h"

#include <malloc.h>
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

void wb_keep_freed_memory(size_t bytes) {
#if defined(__GLIBC__)
    mallopt(M_TRIM_THRESHOLD, (int)bytes);
    mallopt(M_TOP_PAD, (int)(bytes / 8));
#else
    (void)bytes;
#endif
}

void wb_return_freed_memory(size_t bytes) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, (int)bytes);
#else
    (void)bytes;
#endif
}

void wb_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

#if defined(__x86_64__)
bool wb_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
        __builtin_cpu_supports("bmi2");
}

bool wb_has_avx512(void) {
    return wb_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

bool wb_has_avx512vnni(void) { return wb_has_avx512() && __builtin_cpu_supports("avx512vnni"); }

bool wb_has_avx512bf16(void) { return wb_has_avx512vnni() && __builtin_cpu_supports("avx512bf16"); }
#endif
