#include "watchdog.h"

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { TICK_MS = 100, EXIT_STUCK = 75 };

static const int *watched;
static long read_ticks, work_ticks;
static volatile sig_atomic_t more_ticks;
static volatile sig_atomic_t arrived, fired, ticks;

/* Only what a signal handler may do. */
static void on_tick(int signal) {
    (void)signal;
    int fd = *(const volatile int *)watched;
    ticks = ticks + 1;
    if (!arrived && !fired && ticks > read_ticks && fd >= 0) {
        fired = 1;
        shutdown(fd, SHUT_RD);
        if (fd == STDIN_FILENO)
            close(fd);
    }
    if (ticks > read_ticks + 2 * work_ticks + more_ticks)
        _exit(EXIT_STUCK);
}

static void every(long ms) {
    struct timeval tick = {.tv_usec = ms * 1000};
    struct itimerval timer = {.it_interval = tick, .it_value = tick};
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* SA_RESTART: a read of libfcgi's that a tick interrupted would count as the end of the request. */
void watchdog_start(const int *fd, long read_ms, long work_ms) {
    watched = fd;
    read_ticks = read_ms / TICK_MS + 1;
    work_ticks = work_ms / TICK_MS + 1;
    struct sigaction sa = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &sa, NULL);
}

void watchdog_begin(void) {
    arrived = fired = ticks = more_ticks = 0;
    every(TICK_MS);
}

void watchdog_arrived(void) {
    arrived = 1;
}

void watchdog_extend(long ms) {
    more_ticks = (sig_atomic_t)(ms / TICK_MS + 1);
}

void watchdog_linger(long ms) {
    ticks = (sig_atomic_t)(read_ticks - ms / TICK_MS);
    arrived = fired = 0;
}

void watchdog_end(void) {
    every(0);
}

bool watchdog_fired(void) {
    return fired;
}
