/* Ends requests that arrive, work or leave too slowly, or use too much CPU time. */

#include "server/watchdog.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, IDLE_TICKS = 10, EXIT_STUCK = 75 };

static const int *watched;
static long read_ticks, work_ticks;
static volatile sig_atomic_t more_ticks;
static volatile sig_atomic_t running; /* the timer */
static volatile sig_atomic_t busy;    /* a request is watched */
static volatile sig_atomic_t idle;    /* ticks without one */
static volatile sig_atomic_t arrived, fired, ticks, answering;
static int64_t cpu_most, cpu_begin; /* nanoseconds; cpu_most 0: no limit */
static const char *last_words = "";
static size_t last_len;
static void (*last_act)(void *arg);
static void *last_arg;
static const int *request_id;

static int64_t cpu_now(void) {
    struct timespec t = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The head of a FastCGI record (FastCGI 1.0, 3.3), and one that ends the request. */
static void send_record(int fd, unsigned char type, const char *content, size_t len) {
    unsigned id = (unsigned)*request_id;
    unsigned char head[] = {
        1, type, (unsigned char)(id >> 8), (unsigned char)id, (unsigned char)(len >> 8), (unsigned char)len, 0, 0};
    ssize_t sent = write(fd, head, sizeof head);
    if (sent == (ssize_t)sizeof head && len)
        sent = write(fd, content, len);
    (void)sent;
}

/* Only what a signal handler may do, as below. */
static void end_exhausted(int fd) {
    enum { STDOUT = 6, END_REQUEST = 3 };
    static const char text[] = "muster: a request used more CPU than MUSTER_CPU_MS, the process ends\n", end[8] = {0};
    ssize_t sent = write(STDERR_FILENO, text, sizeof text - 1);
    if (!answering && !request_id)
        sent = write(STDOUT_FILENO, last_words, last_len);
    if (!answering && request_id && fd >= 0) {
        send_record(fd, STDOUT, last_words, last_len);
        send_record(fd, STDOUT, "", 0);
        send_record(fd, END_REQUEST, end, sizeof end);
    }
    (void)sent;
    _exit(EXIT_STUCK);
}

/* Only what a signal handler may do, as below. */
static void watch_request(void) {
    int fd = *(const volatile int *)watched;
    int64_t cpu = cpu_most ? cpu_now() : 0;
    ticks = ticks + 1;
    if (ticks == 1)
        cpu_begin = cpu;
    if (!arrived && !fired && ticks > read_ticks && fd >= 0) {
        fired = 1;
        shutdown(fd, SHUT_RD);
        if (fd == STDIN_FILENO)
            close(fd);
    }
    bool exhausted = cpu - cpu_begin > cpu_most;
    bool stuck = ticks > read_ticks + 2 * work_ticks + more_ticks;
    if (exhausted || stuck) {
        log_flush_in_handler(true);
        if (last_act)
            last_act(last_arg);
    }
    if (exhausted)
        end_exhausted(fd);
    if (stuck)
        _exit(EXIT_STUCK);
}

static void tick_every(long ms) {
    struct timeval tick = {.tv_usec = ms * 1000};
    struct itimerval timer = {.it_interval = tick, .it_value = tick};
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* Only what a signal handler may do. */
static void on_tick(int signal) {
    (void)signal;
    int before = errno;
    if (busy)
        watch_request();
    else if ((idle = idle + 1) > IDLE_TICKS) {
        running = 0;
        tick_every(0);
    }
    log_flush_in_handler(false);
    errno = before;
}

/* SA_RESTART is needed because libfcgi takes an interrupted read for the end of the request. */
void watchdog_start(const int *fd, long read_ms, long work_ms) {
    watched = fd;
    read_ticks = read_ms / TICK_MS + 1;
    work_ticks = work_ms / TICK_MS + 1;
    struct sigaction sa = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &sa, NULL);
}

void watchdog_bound_cpu(long cpu_ms, const int *id) {
    cpu_most = (int64_t)cpu_ms * 1000000;
    request_id = id;
}

void watchdog_last_act(void (*act)(void *arg), void *arg) {
    last_act = act;
    last_arg = arg;
}

void watchdog_last_words(const char *words) {
    last_words = words;
    last_len = strlen(words);
}

void watchdog_answering(void) {
    answering = 1;
}

void watchdog_begin(void) {
    assert(watched);
    arrived = fired = ticks = more_ticks = answering = idle = 0;
    busy = 1;
    if (running)
        return;
    running = 1;
    tick_every(TICK_MS);
}

void watchdog_arrived(void) {
    arrived = 1;
}

void watchdog_extend(long ms) {
    assert(ms >= 0);
    more_ticks = (sig_atomic_t)(ms / TICK_MS + 1);
}

void watchdog_linger(long ms) {
    ticks = (sig_atomic_t)(read_ticks - ms / TICK_MS);
    arrived = fired = 0;
}

void watchdog_end(void) {
    busy = 0;
}

bool watchdog_fired(void) {
    return fired;
}
