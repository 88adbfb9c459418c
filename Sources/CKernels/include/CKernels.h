// The kernels: small loops over memory that do all the arithmetic. They are
// written once (kernels/), compiled for several instruction sets (isa_*.c), and
// chosen when the program starts by what the processor has (dispatch.c).
// kernels.def.h lists and describes them.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The type code of NF4, which GGUF does not have: 64 numbers share a float32
// scale, four bytes, and have a code of four bits each, the first of two in
// the high half of a byte.
enum { WB_NF4 = 256 };

// What the sixteen codes of NF4 stand for, ascending: Dettmers et al., "QLoRA",
// arXiv 2305.14314, appendix E.
extern const float wb_nf4_code[16];

// The sizes of an attention layer.
typedef struct {
    size_t H;       // query heads
    size_t K;       // key and value heads, a divisor of H
    size_t D;       // a head's width
    size_t window;  // how many keys a query sees, itself included; 0: all before it
    float scale;    // what scores are multiplied by
    float cap;      // what scores are capped at, softly, see soft_cap; 0: nothing
} wb_attention_shape;

// Moments of an optimizer in eight bits: how many share a scale, what the 256
// codes of each moment stand for, ascending, and the nearest code to each of
// 65536 numbers from -1 (first moment) or 0 (second) to 1.
enum { WB_MOMENT_BLOCK = 256 };
typedef struct {
    const float *first, *second;
    const uint8_t *nearest_first, *nearest_second;
} wb_moment_codes;

#define KERNEL(result, name, parameters, arguments) result wb_##name parameters;
#include "kernels.def.h"
#undef KERNEL

// The units of a processor that kernels may use: vectors of 64 bytes, products of
// bytes (VNNI), products of bfloat16 pairs (BF16), products of tiles of bfloat16
// (AMX), be they instructions or plain C.
enum { WB_UNIT_AVX512 = 1, WB_UNIT_VNNI = 2, WB_UNIT_BF16 = 4, WB_UNIT_TILES = 8 };

// The kernels of one instruction set.
typedef struct {
    const char *name;
    uint32_t units;  // those that these kernels use
#define KERNEL(result, name, parameters, arguments) result (*name) parameters;
#include "kernels.def.h"
#undef KERNEL
} wb_kernel_table;

// The instruction sets from the least to the most capable: "portable",
// "avx2", "avx512", "avx512vnni" (AVX-512 and VNNI), "avx512bf16" (VNNI and
// BF16), "amx" (those and tiles); and "amx-in-c", tiles in plain C for tests,
// which is used only if it is asked for. Null where this program or this
// processor has no such kernels.
enum { WB_INSTRUCTION_SETS = 7, WB_AMX = 5, WB_AMX_IN_C = 6 };
const wb_kernel_table *wb_kernels(size_t instruction_set);

// The name of an instruction set, whether this processor has it or not; null
// where this program has no such kernels.
const char *wb_instruction_set_name(size_t instruction_set);

// The kernels in use: the best there are, or those that the environment
// variable WORKBENCH_ISA names.
const wb_kernel_table *wb_active_kernels(void);

// Why this process may not use the tile unit that the processor has; null if it
// may, or if there is none.
const char *wb_tiles_refusal(void);

// Whether the calling thread can multiply two tiles. Signals are caught, so this is
// asked on any processor.
bool wb_can_multiply_tiles(void);

// Lets the calling thread use the tile unit once, in advance, if the kernels in
// use have it: the system then has room for the unit's registers. If the thread
// cannot, the process goes on with "avx512bf16".
void wb_meet_tiles(void);

// The value of WORKBENCH_ISA, if this machine cannot use it; else null.
const char *wb_refused_instruction_set(void);

// The blocks of `count` float32 numbers, of type F32, F16, BF16, Q4_0, Q4_1,
// Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K or NF4; count is whole blocks, the numbers
// are finite. The types of 32 are rounded as llama.cpp's reference does, NF4 as
// bitsandbytes does; the K types have a search of their own, `quantize_super`.
void wb_quantize(void *out, const float *in, uint32_t type, size_t count);

// Whether no number is NaN or of a magnitude above `limit`.
bool wb_are_within(const float *in, float limit, size_t count);

// How many processors this process may run on.
size_t wb_available_processors(void);

// Lowers the priority of the calling thread.
void wb_lower_thread_priority(int nice);

// Keeps up to `bytes` freed bytes of each heap; the allocator would otherwise return them to the system
// after every large piece of work and fault them in again, page by page, for the next.
void wb_keep_freed_memory(size_t bytes);

// Returns blocks of at least `bytes` bytes to the system when they are freed;
// by default the allocator keeps blocks of up to 32 MB.
void wb_return_freed_memory(size_t bytes);

// Hints to the processor that the thread is spinning.
void wb_pause(void);

#endif
