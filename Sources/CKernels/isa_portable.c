// The kernels for any processor.
#include "kernels/prelude.h"
#include "kernels/tables.h"

#define WB_TABLE wb_kernels_portable
#define WB_NAME "portable"

#include "kernels/all.h"
