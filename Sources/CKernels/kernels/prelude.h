// What every build of the kernels shares: included once, outside of the
// region that is compiled for one instruction set.
#ifndef WB_PRELUDE_H
#define WB_PRELUDE_H

#include "CKernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define WB_INLINE static inline __attribute__((always_inline))

// Makes the compiler believe that memory has changed, so that no work moves out of a loop.
#define WB_FORGET_MEMORY(p) __asm__ volatile("" : : "r"(p) : "memory")

// The maximum number of rows or columns in a tile of a product.
enum { WB_LANES = 16 };

#endif
