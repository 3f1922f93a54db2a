#ifndef MUSTER_TEST_LIMITS_UNIT_H
#define MUSTER_TEST_LIMITS_UNIT_H

/* What the tests of limits share: a directory with the file, and processes that start together and are killed. */
#include "base/log.h"
#include "base/siphash.h"
#include "host/limits_internal.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 4 };

static const int64_t second = 1000000000;

/* Places that do not come back while a test runs. */
static const struct limits_rule slow = {.rate = 1, .seconds = 100000, .burst = 8};
static const struct limits_rule slow_stranger = {.rate = 1, .seconds = 100000, .burst = 8, .table = LIMITS_STRANGERS};

static char directory[64], path[96];

/* What children and parent tell each other. */
static struct shared {
    _Atomic bool go, stop;
    _Atomic uint64_t taken[CHILDREN], ready;
    _Atomic int64_t refused[CHILDREN], last[CHILDREN];
} * shared;

static inline int set_up(void **state) {
    (void)state;
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(directory, sizeof directory, "%s/muster-limits.XXXXXX", base);
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/limits", directory);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED;
}

/* The files of the directory, removed if so wished. */
static inline int files(bool removed) {
    int n = 0;
    DIR *d = opendir(directory);
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') {
            n++;
            if (removed)
                unlinkat(dirfd(d), e->d_name, 0);
        }
    closedir(d);
    return n;
}

static inline int clean(void **state) {
    (void)state;
    files(true);
    memset(shared, 0, sizeof *shared);
    return 0;
}

static inline int tear_down(void **state) {
    clean(state);
    munmap(shared, sizeof *shared);
    return rmdir(directory);
}

static inline pid_t start(void (*work)(int), int n) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        work(n);
        _exit(0);
    }
    return pid;
}

static inline void finish(pid_t pid) {
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static inline void kill_now(pid_t pid) {
    int status;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static inline void await_go(void) {
    atomic_fetch_add(&shared->ready, 1);
    while (!atomic_load(&shared->go))
        sched_yield();
}

static inline void await_ready(uint64_t n) {
    while (atomic_load(&shared->ready) < n)
        sched_yield();
}

static inline uint64_t takes(struct limits *l, const char *key, struct limits_rule rule, int tries) {
    uint64_t n = 0;
    for (int i = 0; i < tries; i++)
        n += limits_take(l, key, rule, 0, NULL) == 0;
    return n;
}

#endif
