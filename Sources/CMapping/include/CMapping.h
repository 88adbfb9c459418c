// Files in memory that may be cut short by somebody else. Reading a page that a file has lost is
// SIGBUS, which would end the process; here the whole mapping becomes zeros and is marked instead,
// for its owner to see. In C because a signal handler may do very little.
#ifndef CMAPPING_H
#define CMAPPING_H

#include <stdbool.h>
#include <stddef.h>

// One mapping that is watched over.
typedef struct mapping mapping;

// Watches over `count` bytes at `start`, which mmap gave, from now on. Null without memory.
mapping *mapping_watch(void *start, size_t count);

// Ends that; to be called before munmap.
void mapping_forget(mapping *watched);

// Whether a page of it could not be read, so that all of it reads as zeros.
bool mapping_is_damaged(const mapping *watched);

// For a handler of SIGBUS: whether `address` lies in a mapping that is watched over, which then is
// marked and reads as zeros. Safe in a signal handler and in any thread.
bool mapping_absorb_fault(const void *address);

#endif
