// A stand-in for libnvidia-ml.so.1 with two devices, of which the second cannot
// say how busy it is. Signatures and structures are those of the NVML API
// reference. The tests build it as a shared library.

#include <string.h>

typedef struct {
    const char *name;
    unsigned long long total, used;
    unsigned int busy;
    int saysBusy;
} Device;

typedef struct {
    unsigned long long total, free, used;
} Memory;

typedef struct {
    unsigned int gpu, memory;
} Utilization;

static Device devices[2] = {
    {"Fake H200", 150ULL << 30, 12ULL << 30, 37, 1},
    {"Fake MIG slice", 18ULL << 30, 1ULL << 30, 0, 0},
};

enum { SUCCESS = 0, NOT_SUPPORTED = 3, INVALID_ARGUMENT = 2 };

int nvmlInit_v2(void) { return SUCCESS; }
int nvmlShutdown(void) { return SUCCESS; }

int nvmlDeviceGetCount_v2(unsigned int *count) {
    *count = 2;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, Device **device) {
    if (index >= 2) return INVALID_ARGUMENT;
    *device = &devices[index];
    return SUCCESS;
}

int nvmlDeviceGetName(Device *device, char *name, unsigned int length) {
    if (strlen(device->name) >= length) return INVALID_ARGUMENT;
    strcpy(name, device->name);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(Device *device, Memory *memory) {
    memory->total = device->total;
    memory->used = device->used;
    memory->free = device->total - device->used;
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(Device *device, Utilization *utilization) {
    if (!device->saysBusy) return NOT_SUPPORTED;
    utilization->gpu = device->busy;
    utilization->memory = 0;
    return SUCCESS;
}
