/* The master process: starts workers, replaces those that end, and rolls over to a new generation. */

#include "server/master.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS_MAX = 512, DRAIN_MS = 20000, YOUNG_MS = 1000, PAUSE_MS = 300, NUDGE_MS = 200, EXIT_EXEC = 71 };

struct worker_process {
    pid_t pid; /* 0: start it at `due` */
    unsigned generation;
    int64_t started, due;
};

struct master {
    const char *program;
    unsigned wanted;
    unsigned generation;
    struct worker_process
        workers[WORKERS_MAX]; /* the first `wanted` are the present generation, after them come old ones */
    sigset_t signals;
    int signal_fd;
    bool stopping;
    bool roll_over_again; /* requested while the old generation was still ending */
    int64_t stop_by;
};

static void start_worker(struct master *m, struct worker_process *w) {
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        w->due = clock_monotonic_ms() + PAUSE_MS;
        log_line(LOG_ERROR, "fork", "reason", "no process could be started", NULL);
        return;
    }
    if (pid == 0) {
        sigprocmask(SIG_UNBLOCK, &m->signals, NULL);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(0);
        execl(m->program, m->program, "--worker", (char *)NULL);
        _exit(EXIT_EXEC);
    }
    *w = (struct worker_process){.pid = pid, .generation = m->generation, .started = clock_monotonic_ms()};
}

static void start_due(struct master *m) {
    int64_t now = clock_monotonic_ms();
    for (unsigned i = 0; i < m->wanted && !m->stopping; i++)
        if (m->workers[i].pid == 0 && m->workers[i].due <= now)
            start_worker(m, &m->workers[i]);
}

static void log_end(pid_t pid, int status) {
    char who[24], how[32];
    snprintf(who, sizeof who, "%ld", (long)pid);
    snprintf(how, sizeof how, WIFSIGNALED(status) ? "signal %d" : "status %d",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    log_line(status == 0 ? LOG_INFO : LOG_WARN, "worker_ended", "worker", who, "how", how, NULL);
}

/*
 * A stopped worker holds a client and perhaps a lock in the database, which nobody else can take over, so it is
 * continued. (Stops by a debugger are not seen here.)
 */
static void go_on(pid_t pid) {
    char who[24];
    snprintf(who, sizeof who, "%ld", (long)pid);
    kill(pid, SIGCONT);
    log_line(LOG_WARN, "worker_stopped", "worker", who, "how", "continued", NULL);
}

static void reap_workers(struct master *m) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
        if (WIFSTOPPED(status)) {
            go_on(pid);
            continue;
        }
        log_end(pid, status);
        for (unsigned i = 0; i < WORKERS_MAX; i++) {
            struct worker_process *w = &m->workers[i];
            if (w->pid != pid)
                continue;
            bool young = clock_monotonic_ms() - w->started < YOUNG_MS && status != 0;
            *w = (struct worker_process){.due = young ? clock_monotonic_ms() + PAUSE_MS : 0};
        }
    }
}

/*
 * A worker may be just about to wait for a connection when the signal comes, so the signal is repeated until it is
 * gone.
 */
static void nudge_old_workers(struct master *m) {
    for (unsigned i = 0; i < WORKERS_MAX; i++) {
        struct worker_process *w = &m->workers[i];
        if (w->pid && (m->stopping || w->generation != m->generation))
            kill(w->pid, m->stopping && clock_monotonic_ms() > m->stop_by ? SIGKILL : SIGTERM);
    }
}

static bool any_old(const struct master *m) {
    for (unsigned i = 0; i < WORKERS_MAX; i++)
        if (m->workers[i].pid && (m->stopping || m->workers[i].generation != m->generation))
            return true;
    return false;
}

/*
 * The new generation takes the front places, and the old one ends. Further requests meanwhile cause one more roll-over,
 * when the old generation has ended.
 */
static void roll_over(struct master *m) {
    if (m->wanted * 2 > WORKERS_MAX) {
        log_line(LOG_WARN, "roll_over", "reason", "there are too many workers for two generations", NULL);
        return;
    }
    m->roll_over_again = any_old(m);
    if (m->roll_over_again)
        return;
    for (unsigned i = 0; i < m->wanted; i++) {
        m->workers[m->wanted + i] = m->workers[i];
        m->workers[i] = (struct worker_process){0};
    }
    m->generation++;
    log_line(LOG_INFO, "roll_over", NULL);
    start_due(m);
}

static void roll_over_when_asked(struct master *m) {
    if (m->roll_over_again && !m->stopping && !any_old(m))
        roll_over(m);
}

static void take_signals(struct master *m) {
    struct signalfd_siginfo info;
    while (read(m->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP && !m->stopping)
            roll_over(m);
        if ((info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) && !m->stopping) {
            m->stopping = true;
            m->stop_by = clock_monotonic_ms() + DRAIN_MS;
            log_line(LOG_INFO, "stopping", NULL);
        }
    }
}

static int wait_ms(const struct master *m) {
    if (any_old(m))
        return NUDGE_MS;
    for (unsigned i = 0; i < m->wanted; i++)
        if (m->workers[i].pid == 0)
            return PAUSE_MS / 3;
    return -1;
}

int master_run(const char *program, unsigned workers) {
    assert(workers >= 1 && workers <= WORKERS_MAX);
    static struct master m;
    m = (struct master){.program = program, .wanted = workers, .generation = 1};
    sigemptyset(&m.signals);
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        sigaddset(&m.signals, handled[i]);
    sigprocmask(SIG_BLOCK, &m.signals, NULL);
    m.signal_fd = signalfd(-1, &m.signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (m.signal_fd < 0)
        log_fatal("master", "signals cannot be watched");
    start_due(&m);
    while (!m.stopping || any_old(&m)) {
        struct pollfd p = {.fd = m.signal_fd, .events = POLLIN};
        if (poll(&p, 1, wait_ms(&m)) < 0 && errno != EINTR)
            log_fatal("master", "waiting for signals failed");
        take_signals(&m);
        reap_workers(&m);
        roll_over_when_asked(&m);
        start_due(&m);
        nudge_old_workers(&m);
    }
    return 0;
}
