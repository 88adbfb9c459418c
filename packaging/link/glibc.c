// Keeps the glibc that the program needs at 2.34.
#define _GNU_SOURCE
#include <features.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
// hypot and hypotf got a new version in glibc 2.35, which only drops error handling of SVID.
double hypot_of_every_glibc(double x, double y);
float hypotf_of_every_glibc(float x, float y);

__asm__(".symver hypot_of_every_glibc, hypot@GLIBC_2.2.5");
__asm__(".symver hypotf_of_every_glibc, hypotf@GLIBC_2.2.5");

__attribute__((visibility("hidden"))) double hypot(double x, double y) { return hypot_of_every_glibc(x, y); }
__attribute__((visibility("hidden"))) float hypotf(float x, float y) { return hypotf_of_every_glibc(x, y); }
#endif

// libgcc unwinds with this function of glibc 2.35 where it was compiled with it.
#if __GLIBC_PREREQ(2, 35)
typedef struct {
    uintptr_t address;
    struct dl_find_object *found;
} search;

static int search_object(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    search *wanted = context;
    const ElfW(Phdr) *unwinding = NULL;
    bool is_inside = false;
    uintptr_t first = UINTPTR_MAX, last = 0;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
        if (part->p_type == PT_GNU_EH_FRAME) unwinding = part;
        if (part->p_type != PT_LOAD) continue;
        if (wanted->address >= start && wanted->address < end) is_inside = true;
        if (start < first) first = start;
        if (end > last) last = end;
    }
    if (!is_inside || !unwinding) return 0;
    *wanted->found = (struct dl_find_object){
        .dlfo_map_start = (void *)first,
        .dlfo_map_end = (void *)last,
        .dlfo_eh_frame = (void *)(object->dlpi_addr + unwinding->p_vaddr),
    };
    return 1;
}

__attribute__((visibility("hidden"))) int _dl_find_object(void *address, struct dl_find_object *found) {
    search wanted = {(uintptr_t)address, found};
    return dl_iterate_phdr(search_object, &wanted) == 1 ? 0 : -1;
}
#endif
