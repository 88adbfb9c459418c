#define _GNU_SOURCE
#include "CNcurses.h"

#include <wchar.h>

int curses_width(wchar_t character) { return wcwidth(character); }
