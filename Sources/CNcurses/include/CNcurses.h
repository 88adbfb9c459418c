// The parts of ncursesw that Swift cannot import: globals, macros that are not plain integers,
// and variadic functions.
#ifndef CNCURSES_H
#define CNCURSES_H

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#if __has_include(<ncursesw/curses.h>)
#include <ncursesw/curses.h>
#else
#include <curses.h>
#endif

#include <stdbool.h>
#include <stdint.h>

#include "TerminalGuard.h"

// Opens the screen on standard input and output; NULL if the terminal's type is unknown.
static inline SCREEN *curses_open(const char *type) { return newterm(type, stdout, stdin); }

// The same with the program's own description of a terminal like `type`, where the system has none.
// It changes the environment meanwhile, so no other thread may run.
SCREEN *curses_open_carried(const char *type);

static inline int curses_columns(void) { return getmaxx(stdscr); }
static inline int curses_rows(void) { return getmaxy(stdscr); }
static inline int curses_color_count(void) { return has_colors() ? COLORS : 0; }

static inline void curses_clear(void) { werase(stdscr); }
static inline void curses_move(int y, int x) { wmove(stdscr, y, x); }
static inline void curses_stage(void) { wnoutrefresh(stdscr); }

// Makes the next update draw every cell.
static inline void curses_redraw_all(void) { clearok(curscr, true); }

// Only output: the caller reads and decodes input.
static inline void curses_prepare(void) {
    raw();
    noecho();
    nonl();
    typeahead(-1);
    leaveok(stdscr, false);
    scrollok(stdscr, false);
}

// The columns of a character according to curses; -1 if it cannot be drawn.
int curses_width(wchar_t character);

enum {
    curses_bold = 1,
    curses_dim = 2,
    curses_reverse = 4,
    curses_underline = 8,
};

// Draws one base character with its marks (zero-terminated) in a cell.
static inline bool curses_put(int y, int x, const wchar_t *text, unsigned attributes, int pair) {
    attr_t attr = A_NORMAL;
    if (attributes & curses_bold) attr |= A_BOLD;
    if (attributes & curses_dim) attr |= A_DIM;
    if (attributes & curses_reverse) attr |= A_REVERSE;
    if (attributes & curses_underline) attr |= A_UNDERLINE;
    cchar_t cell;
    if (setcchar(&cell, text, attr, 0, &pair) == ERR) return false;
    // In the last cell the cursor cannot advance, and ERR is returned although the cell was drawn.
    mvwadd_wch(stdscr, y, x, &cell);
    return true;
}

#endif
