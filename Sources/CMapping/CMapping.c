#define _GNU_SOURCE
#include "CMapping.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct mapping {
    // Zero if the entry is free; set last and cleared first, since the handler reads it.
    atomic_uintptr_t start;
    atomic_size_t count;
    atomic_bool is_damaged;
};

// Entries are never freed: the handler may be reading them.
enum { block_length = 64 };
typedef struct block {
    mapping entries[block_length];
    struct block *next;
} block;

static block first_block;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction former;
static atomic_bool has_former;

bool mapping_absorb_fault(const void *address) {
    const uintptr_t place = (uintptr_t)address;
    for (block *at = &first_block; at; at = __atomic_load_n(&at->next, __ATOMIC_ACQUIRE)) {
        for (size_t i = 0; i < block_length; i++) {
            mapping *entry = &at->entries[i];
            const uintptr_t start = atomic_load_explicit(&entry->start, memory_order_acquire);
            const size_t count = atomic_load_explicit(&entry->count, memory_order_relaxed);
            if (start == 0 || place < start || place - start >= count) continue;
            atomic_store(&entry->is_damaged, true);
            // The whole mapping: the data is lost anyway, and there is one fault instead of one per page.
            void *zeros = mmap(
                (void *)start, count, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            return zeros != MAP_FAILED;
        }
    }
    return false;
}

// A signal sent by a process is not a fault and has no address.
static bool is_fault(const siginfo_t *info) { return info->si_code > 0; }

static void on_fault(int signal, siginfo_t *info, void *context) {
    const int former_errno = errno;
    if (is_fault(info) && mapping_absorb_fault(info->si_addr)) {
        errno = former_errno;
        return;
    }
    // The previous handler gets the signal, once; after that it ends the process.
    if (atomic_exchange(&has_former, false)) {
        if (former.sa_flags & SA_SIGINFO) {
            former.sa_sigaction(signal, info, context);
            return;
        }
        if (former.sa_handler != SIG_DFL && former.sa_handler != SIG_IGN) {
            former.sa_handler(signal);
            return;
        }
    }
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigemptyset(&standard.sa_mask);
    sigaction(signal, &standard, NULL);
    // Blocked until this handler returns.
    raise(signal);
}

// Installed above existing handlers, such as the terminal's guard. A handler that is installed later
// calls `mapping_absorb_fault` itself, so once is enough.
static void install(void) {
    static bool is_installed;
    if (is_installed) return;
    is_installed = true;
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, NULL, &former) == 0) atomic_store(&has_former, true);
    sigaction(SIGBUS, &action, NULL);
}

static mapping *free_entry(void) {
    block *at = &first_block;
    while (true) {
        for (size_t i = 0; i < block_length; i++) {
            if (atomic_load(&at->entries[i].start) == 0) return &at->entries[i];
        }
        if (!at->next) {
            block *more = calloc(1, sizeof *more);
            if (!more) return NULL;
            __atomic_store_n(&at->next, more, __ATOMIC_RELEASE);
        }
        at = at->next;
    }
}

mapping *mapping_watch(void *start, size_t count) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    pthread_mutex_lock(&lock);
    install();
    mapping *entry = free_entry();
    if (entry) {
        atomic_store_explicit(&entry->is_damaged, false, memory_order_relaxed);
        // The last page is mapped as a whole too.
        atomic_store_explicit(
            &entry->count, (count + page - 1) / page * page, memory_order_relaxed);
        atomic_store_explicit(&entry->start, (uintptr_t)start, memory_order_release);
    }
    pthread_mutex_unlock(&lock);
    return entry;
}

void mapping_forget(mapping *watched) {
    pthread_mutex_lock(&lock);
    atomic_store(&watched->start, 0);
    pthread_mutex_unlock(&lock);
}

bool mapping_is_damaged(const mapping *watched) { return atomic_load(&watched->is_damaged); }
