// Signals and the terminal's state, in C because a handler may do very little.
#ifndef TERMINAL_GUARD_H
#define TERMINAL_GUARD_H

#include <stdbool.h>

// The signals received since the last call.
typedef struct {
    bool hang_up;    // SIGHUP
    bool terminate;  // SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGXCPU, SIGPWR
    bool resize;     // SIGWINCH
    bool suspend;    // SIGTSTP
    bool resumed;    // SIGCONT
} guard_requests;

// Saves the terminal's current modes, to be restored by guard_restore or after a crash.
// `restore` is written to `output` then; it must outlive the guard. Returns false without a terminal.
bool guard_remember(int input, int output, const char *restore);

// Installs the signal handlers; requests make the event descriptor `event` readable.
// Must be called after newterm, which installs handlers of its own.
void guard_install(int event);

// Restores the previous signal handlers.
void guard_uninstall(void);

// Writes the restore string and sets the saved modes.
void guard_restore(void);

// Keeps crash handlers from writing to the terminal, which has been closed.
void guard_forget(void);

// Returns and clears the received requests.
guard_requests guard_take_requests(void);

// Stops this process as ctrl+z does; returns when it is continued.
void guard_stop_self(void);

// Opens an event descriptor; negative if the system has none left.
int guard_open_event(void);

// Makes an event descriptor readable; safe in any thread and in a handler.
void guard_wake(int event);

#endif
