// All kernels, in the region that is compiled for one instruction set, and
// the table of them, WB_TABLE.
#define KERNEL(result, name, parameters, arguments) static result name parameters;
#include "kernels.def.h"
#undef KERNEL

#include "vectors.h"

#include "blocks.h"
#include "sums.h"

#include "weights.h"

#include "quantize.h"

#include "int8.h"

#include "interleaved.h"

#include "products.h"

#include "bf16.h"

#include "f32.h"

#include "attention.h"

#include "attention_decode.h"

#include "layers.h"

#include "softmax.h"

#include "optimizer.h"

#include "peak.h"

const wb_kernel_table WB_TABLE = {
    .name = WB_NAME,
    .units = 0
#if defined(WB_AVX512)
        | WB_UNIT_AVX512
#endif
#if defined(WB_VNNI)
        | WB_UNIT_VNNI
#endif
#if defined(WB_BF16)
        | WB_UNIT_BF16
#endif
#if defined(WB_TILES)
        | WB_UNIT_TILES
#endif
        ,
#define KERNEL(result, name, parameters, arguments) .name = name,
#include "kernels.def.h"
#undef KERNEL
};
