// locale-data OBJECT DATA ASSEMBLY: writes the part of ICU's data that the program can use.
//
// OBJECT is the member of Swift's lib_FoundationICU.a with ICU's data, 34 MB for all languages. Kept are
// the root locale and English, time zones, calendars, normalization and break rules. DATA is the same
// package with these items only, ASSEMBLY a source that names it as the library does. Linked first, it
// takes the place of the library's.
//
// The format is ICU's common data (icu4c/source/common/ucmndata.h): a header, then a table of contents with
// offsets of names and items from the table's start, sorted by name. Items end where the next begins.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t name, data;
} entry;

static const uint8_t magic[] = {0xda, 0x27};
enum { format_offset = 12, item_alignment = 16 };

static void fail(const char *what) {
    fprintf(stderr, "locale-data: %s\n", what);
    exit(1);
}

static uint8_t *contents(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("the object cannot be opened");
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size);
    if (!bytes || fread(bytes, 1, *size, file) != *size) fail("the object cannot be read");
    fclose(file);
    return bytes;
}

static bool is_english(const char *base) {
    return !strcmp(base, "en") || !strcmp(base, "en_001") || !strcmp(base, "en_US") ||
           !strcmp(base, "en_US_POSIX");
}

// A locale's name: two or three letters, with a script or region after an underscore.
static bool is_locale(const char *base) {
    size_t letters = strspn(base, "abcdefghijklmnopqrstuvwxyz");
    return (letters == 2 || letters == 3) && (base[letters] == 0 || base[letters] == '_') &&
           strncmp(base, "res_", 4) != 0;
}

// `path` is an item's name without the package: `coll/root.res`.
static bool is_kept(const char *path) {
    const char *slash = strchr(path, '/');
    char base[128];
    snprintf(base, sizeof base, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(base, '.');
    if (!dot) return true;
    *dot = 0;
    const char *kind = dot + 1;
    // Encodings, string preparation, dictionaries of word breaks.
    if (!strcmp(kind, "cnv") || !strcmp(kind, "spp") || !strcmp(kind, "dict")) return false;
    // Variants of line breaks; names of languages and regions; transliteration.
    if (!strncmp(path, "brkitr/line_", 12) || !strncmp(path, "lang/", 5)) return false;
    if (!strncmp(path, "region/", 7) || !strncmp(path, "translit/", 9)) return false;
    // Look-alikes, names of characters.
    if (!strcmp(kind, "cfu") || !strcmp(base, "unames")) return false;
    return strcmp(kind, "res") != 0 || !is_locale(base) || is_english(base);
}

static size_t aligned(size_t size) { return (size + item_alignment - 1) / item_alignment * item_alignment; }

int main(int count, char **arguments) {
    if (count != 4) fail("usage: locale-data OBJECT DATA ASSEMBLY");
    size_t size;
    uint8_t *bytes = contents(arguments[1], &size);
    uint8_t *package = NULL;
    for (size_t i = 2; i + 64 < size && !package; i++) {
        if (!memcmp(bytes + i, magic, 2) && !memcmp(bytes + i + format_offset - 2, "CmnD", 4)) package = bytes + i - 2;
    }
    if (!package) fail("no common data in the object");
    uint16_t header;
    memcpy(&header, package, sizeof header);
    uint8_t *table = package + header;
    uint32_t items;
    memcpy(&items, table, sizeof items);
    const entry *entries = (const entry *)(table + sizeof items);

    const char *first = (const char *)table + entries[0].name;
    size_t prefix = strcspn(first, "/");
    size_t names = 0, data = 0;
    uint32_t kept = 0;
    bool *keep = calloc(items, sizeof *keep);
    if (!keep) fail("no memory");
    size_t rest = size - (size_t)(table - bytes);
    for (uint32_t i = 0; i < items; i++) {
        const char *name = (const char *)table + entries[i].name;
        uint32_t end = i + 1 < items ? entries[i + 1].data : (uint32_t)rest;
        if (entries[i].name >= rest || end > rest || end < entries[i].data) fail("the table of contents is damaged");
        keep[i] = is_kept(name + prefix + 1);
        if (!keep[i]) continue;
        kept++;
        names += strlen(name) + 1;
        data += aligned(end - entries[i].data);
    }
    size_t start = aligned(sizeof items + kept * sizeof(entry) + names);
    uint8_t *written = calloc(1, start + data);
    if (!written) fail("no memory");
    memcpy(written, &kept, sizeof kept);
    entry *next = (entry *)(written + sizeof kept);
    size_t name_end = sizeof kept + kept * sizeof(entry), data_end = start;
    for (uint32_t i = 0; i < items; i++) {
        if (!keep[i]) continue;
        const char *name = (const char *)table + entries[i].name;
        uint32_t end = i + 1 < items ? entries[i + 1].data : (uint32_t)rest;
        *next++ = (entry){(uint32_t)name_end, (uint32_t)data_end};
        memcpy(written + name_end, name, strlen(name) + 1);
        memcpy(written + data_end, table + entries[i].data, end - entries[i].data);
        name_end += strlen(name) + 1;
        data_end += aligned(end - entries[i].data);
    }
    FILE *file = fopen(arguments[2], "wb");
    if (!file || fwrite(package, 1, header, file) != header || fwrite(written, 1, data_end, file) != data_end ||
        fclose(file) != 0)
        fail("the data cannot be written");

    // `icudt76l` is the package's name, `icudt76_dat` the symbol's.
    file = fopen(arguments[3], "w");
    if (!file) fail("the assembly cannot be written");
    int length = (int)prefix - 1;
    fprintf(file, ".section .rodata,\"a\",@progbits\n.balign 16\n.globl %.*s_dat\n%.*s_dat: .incbin \"%s\"\n", length, first,
            length, first, arguments[2]);
    fprintf(file, ".type %.*s_dat,@object\n.size %.*s_dat,%zu\n.section .note.GNU-stack,\"\",@progbits\n", length, first, length,
            first, (size_t)header + data_end);
    if (fclose(file) != 0) fail("the assembly cannot be written");
    return 0;
}
