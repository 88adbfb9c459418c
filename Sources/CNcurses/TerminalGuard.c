#include "TerminalGuard.h"

#include <CMapping.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

static const int crashes[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
static const int requests[] = {SIGHUP,  SIGTERM,  SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2,
                               SIGXCPU, SIGWINCH, SIGTSTP, SIGCONT, SIGPWR};
enum { crash_count = sizeof crashes / sizeof *crashes };
enum { request_count = sizeof requests / sizeof *requests };

static struct sigaction former_crash[crash_count];
static struct sigaction former_request[request_count];
static struct termios saved_modes;
static const char *restore_text;
static size_t restore_length;
static int input_fd = -1;
static int output_fd = -1;
static int event_fd = -1;
static bool is_installed;
static volatile sig_atomic_t is_remembered;
static volatile sig_atomic_t asked_hang_up, asked_terminate, asked_resize, asked_suspend,
    asked_resumed;

// A crash may have been an overflow of the stack. With the tile registers of AMX a signal alone takes
// eleven kilobytes; the system says how much.
static char crash_stack[64 * 1024];
enum { room_in_crash = 16 * 1024 };
#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

bool guard_remember(int input, int output, const char *restore) {
    if (tcgetattr(input, &saved_modes) != 0) return false;
    input_fd = input;
    output_fd = output;
    restore_text = restore;
    restore_length = strlen(restore);
    is_remembered = 1;
    return true;
}

void guard_restore(void) {
    if (!is_remembered) return;
    const char *text = restore_text;
    size_t left = restore_length;
    while (left > 0) {
        ssize_t written = write(output_fd, text, left);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        text += written;
        left -= (size_t)written;
    }
    tcsetattr(input_fd, TCSANOW, &saved_modes);
}

void guard_forget(void) { is_remembered = 0; }

int guard_open_event(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void guard_wake(int event) {
    uint64_t one = 1;
    // A full counter is readable already, which is enough.
    ssize_t ignored = write(event, &one, sizeof one);
    (void)ignored;
}

static void on_crash(int signal, siginfo_t *info, void *context) {
    (void)context;
    // A truncated model file is not a crash.
    if (signal == SIGBUS && info && info->si_code > 0 && mapping_absorb_fault(info->si_addr)) return;
    guard_restore();
    is_remembered = 0;
    for (size_t i = 0; i < crash_count; i++) {
        if (crashes[i] == signal) sigaction(signal, &former_crash[i], NULL);
    }
    // Blocked until this handler returns; then the previous action runs.
    raise(signal);
}

static void on_request(int signal) {
    int former_errno = errno;
    switch (signal) {
        case SIGHUP: asked_hang_up = 1; break;
        case SIGWINCH: asked_resize = 1; break;
        case SIGTSTP: asked_suspend = 1; break;
        case SIGCONT: asked_resumed = 1; break;
        default: asked_terminate = 1; break;
    }
    guard_wake(event_fd);
    errno = former_errno;
}

void guard_install(int event) {
    event_fd = event;
    // The alternate stack belongs to a thread: this one draws, so crashes while drawing are on it.
    stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof crash_stack};
    size_t needed = getauxval(AT_MINSIGSTKSZ) + room_in_crash;
    void *larger = needed > sizeof crash_stack ? malloc(needed) : NULL;
    if (larger) stack = (stack_t){.ss_sp = larger, .ss_size = needed};
    sigaltstack(&stack, NULL);

    struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&crash.sa_mask);
    for (size_t i = 0; i < crash_count; i++) sigaction(crashes[i], &crash, &former_crash[i]);

    struct sigaction request = {.sa_handler = on_request, .sa_flags = SA_RESTART};
    sigemptyset(&request.sa_mask);
    for (size_t i = 0; i < request_count; i++) {
        sigaction(requests[i], &request, &former_request[i]);
    }
    is_installed = true;
}

void guard_uninstall(void) {
    if (!is_installed) return;
    for (size_t i = 0; i < crash_count; i++) {
        struct sigaction present;
        sigaction(crashes[i], NULL, &present);
        // A handler that was installed later, as by CMapping, stays.
        if (present.sa_sigaction != on_crash) continue;
        sigaction(crashes[i], &former_crash[i], NULL);
    }
    for (size_t i = 0; i < request_count; i++) sigaction(requests[i], &former_request[i], NULL);
    is_installed = false;
}

guard_requests guard_take_requests(void) {
    guard_requests taken = {
        .hang_up = asked_hang_up != 0,
        .terminate = asked_terminate != 0,
        .resize = asked_resize != 0,
        .suspend = asked_suspend != 0,
        .resumed = asked_resumed != 0,
    };
    // Cleared one by one and only if set, so that a signal in between is not lost.
    if (taken.hang_up) asked_hang_up = 0;
    if (taken.terminate) asked_terminate = 0;
    if (taken.resize) asked_resize = 0;
    if (taken.suspend) asked_suspend = 0;
    if (taken.resumed) asked_resumed = 0;
    return taken;
}

void guard_stop_self(void) {
    struct sigaction stop = {.sa_handler = SIG_DFL};
    struct sigaction former;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &former);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &former, NULL);
}
