// Permission to use the tile unit of AMX. The processor has it (CPUID), the system
// saves its registers (XCR0), and the process has asked for them
// (Documentation/arch/x86/xstate.rst of Linux): the system refuses if the alternate stack of a
// thread is too small for a signal that saves them, so this is asked before there
// are any.
#define _GNU_SOURCE
#include "kernels/tables.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ARCH_REQ_XCOMP_PERM = 0x1023, XTILECFG = 17, XTILEDATA = 18 };
enum { LEAF_7_EDX_AMX_BF16 = 1 << 22, LEAF_7_EDX_AMX_TILE = 1 << 24, LEAF_1_ECX_OSXSAVE = 1 << 27 };

static char refusal[128];

static bool processor_has_amx(void) {
    unsigned a, b, c, d;
    const unsigned needed = LEAF_7_EDX_AMX_TILE | LEAF_7_EDX_AMX_BF16;
    return wb_has_avx512bf16() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & needed) == needed;
}

static bool system_saves_tiles(void) {
    unsigned a, b, c, d, low, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & LEAF_1_ECX_OSXSAVE)) return false;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    const unsigned needed = 1u << XTILECFG | 1u << XTILEDATA;
    return (low & needed) == needed;
}

// A first product, in which the system may refuse the registers: SIGILL, or SIGSEGV if it has no memory for them.
static pthread_mutex_t trying = PTHREAD_MUTEX_INITIALIZER;
static const int signals[] = {SIGILL, SIGSEGV};
static struct sigaction former[2];
static _Thread_local sigjmp_buf back;
static _Thread_local volatile sig_atomic_t is_trying;

static void on_refusal(int number) {
    if (is_trying) siglongjmp(back, number);
    // Another thread's: the instruction runs again and meets the former action.
    for (int i = 0; i < 2; i++) {
        if (signals[i] == number) sigaction(number, &former[i], NULL);
    }
}

// Zero, or the signal that the product ended with; -1 if its result is wrong.
static int try_product(void) {
    pthread_mutex_lock(&trying);
    struct sigaction action = {.sa_handler = on_refusal};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < 2; i++) sigaction(signals[i], &action, &former[i]);
    int result = sigsetjmp(back, 1);
    if (result == 0) {
        is_trying = 1;
        result = wb_multiply_on_tiles() ? 0 : -1;
    }
    is_trying = 0;
    for (int i = 0; i < 2; i++) {
        // Another thread may have installed one of its own meanwhile.
        struct sigaction present;
        sigaction(signals[i], NULL, &present);
        if (present.sa_handler == on_refusal) sigaction(signals[i], &former[i], NULL);
    }
    pthread_mutex_unlock(&trying);
    return result;
}

static bool is_usable;

static bool works(void) {
    const int result = try_product();
    if (result < 0) {
        snprintf(refusal, sizeof refusal, "its products are wrong");
    } else if (result > 0) {
        snprintf(refusal, sizeof refusal, "its first instruction ended with SIG%s", sigabbrev_np(result));
    }
    return result == 0;
}

static void ask(void) {
    if (!processor_has_amx()) return;
    if (!system_saves_tiles()) {
        snprintf(refusal, sizeof refusal, "the system does not save its registers (XCR0)");
    } else if (syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XTILEDATA) != 0) {
        snprintf(refusal, sizeof refusal, "arch_prctl(ARCH_REQ_XCOMP_PERM): %s", strerror(errno));
    } else {
        is_usable = works();
    }
}

bool wb_may_use_amx(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, ask);
    return is_usable;
}

bool wb_thread_may_use_amx(void) { return works(); }

bool wb_can_multiply_tiles(void) { return try_product() == 0; }

const char *wb_tiles_refusal(void) { return *refusal ? refusal : NULL; }

#else

bool wb_can_multiply_tiles(void) { return false; }

const char *wb_tiles_refusal(void) { return NULL; }

#endif
