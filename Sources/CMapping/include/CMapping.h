// Mapped files that another process may truncate. Reading a page beyond the new end raises SIGBUS,
// which would end the process; here the whole mapping is replaced by zeros and marked as damaged
// instead. In C because a signal handler may do very little.
#ifndef CMAPPING_H
#define CMAPPING_H

#include <stdbool.h>
#include <stddef.h>

// A watched mapping.
typedef struct mapping mapping;

// Starts to watch `count` bytes at `start`, returned by mmap. Null without memory.
mapping *mapping_watch(void *start, size_t count);

// Ends the watch; must be called before munmap.
void mapping_forget(mapping *watched);

// Whether a page could not be read, so that the whole mapping reads as zeros.
bool mapping_is_damaged(const mapping *watched);

// For a handler of SIGBUS: whether `address` is in a watched mapping, which then is marked and reads
// as zeros. Safe in a signal handler and in any thread.
bool mapping_absorb_fault(const void *address);

#endif
