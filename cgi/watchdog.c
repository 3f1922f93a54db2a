#include "watchdog.h"

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { TICK_MS = 100, EXIT_STUCK = 75 };

static const int *watched;
static long read_ticks, work_ticks;
static volatile sig_atomic_t phase, fired, ticks;

/* Only what a signal handler may do. While waiting for a connection there is none to watch. */
static void on_tick(int signal) {
    (void)signal;
    int fd = *(const volatile int *)watched;
    if (phase == WATCHDOG_ACCEPT && fd < 0) {
        ticks = 0;
        return;
    }
    ticks = ticks + 1;
    if (phase != WATCHDOG_WRITE && ticks > read_ticks && !fired) {
        fired = 1;
        shutdown(fd, SHUT_RD);
        if (fd == STDIN_FILENO)
            close(fd);
    }
    if (ticks > read_ticks + 2 * work_ticks)
        _exit(EXIT_STUCK);
}

void watchdog_start(const int *fd, long read_ms, long work_ms) {
    watched = fd;
    read_ticks = read_ms / TICK_MS + 1;
    work_ticks = work_ms / TICK_MS + 1;
    struct sigaction sa = {.sa_handler = on_tick};
    sigaction(SIGALRM, &sa, NULL);
    struct itimerval every = {.it_interval = {.tv_usec = TICK_MS * 1000}, .it_value = {.tv_usec = TICK_MS * 1000}};
    setitimer(ITIMER_REAL, &every, NULL);
}

void watchdog_phase(enum watchdog_phase now) {
    if (now == WATCHDOG_ACCEPT || now == WATCHDOG_READ)
        fired = 0;
    if (now != WATCHDOG_WRITE)
        ticks = 0;
    phase = (sig_atomic_t)now;
}

bool watchdog_fired(void) {
    return fired;
}
